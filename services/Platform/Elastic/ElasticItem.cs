using System.Text.Json;

namespace Suite.Platform.Elastic;

/// <summary>A document for an index.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Version">Its version: of two of an id the one with the larger one stays.</param>
/// <param name="Write">Writes it, one object.</param>
public sealed record ElasticItem(string Id, long Version, Action<Utf8JsonWriter> Write);
