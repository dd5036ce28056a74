namespace Suite.Platform.Postgres;

/// <summary>The server a service keeps its database on. A data source can not be asked for it: it hides its password.</summary>
/// <param name="ConnectionString">The server, with credentials.</param>
/// <param name="Database">The service's own database.</param>
internal sealed record DatabaseServer(string ConnectionString, string Database);
