using System.Net;

namespace Suite.Platform.Elastic;

/// <summary>Elasticsearch refused. Its own words are not kept: they may hold what was looked for.</summary>
public sealed class ElasticException(HttpStatusCode status, string type) : Exception($"Elasticsearch answered {(int)status} ({type}).")
{
    /// <summary>The status of the answer, or of one item of it.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>What Elasticsearch calls it, for example <c>index_not_found_exception</c>.</summary>
    public string Type { get; } = type;

    /// <summary>Whether it may go better later.</summary>
    public bool IsPassing => Status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or HttpStatusCode.Unauthorized || (int)Status >= 500;
}
