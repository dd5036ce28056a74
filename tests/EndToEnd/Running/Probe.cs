using System.Text.Json;
using Grpc.Core;
using Suite.Local.Services;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>Asks a replica how it is, as a load balancer does.</summary>
internal static class Probe
{
    public const string Serving = "SERVING";
    public const string NotServing = "NOT_SERVING";

    /// <summary>By <c>grpc.health.v1</c>.</summary>
    public static async Task<string> GrpcAsync(LocalService service)
    {
        var (code, _, _, body) = await Wire.CallAsync(service.GrpcAddress, "grpc.health.v1.Health/Check", ReadOnlyMemory<byte>.Empty);
        return code != StatusCode.OK ? code.ToString() : body switch { [0x08, 1] => Serving, [0x08, 2] => NotServing, _ => "UNKNOWN" };
    }

    /// <summary>By <c>/readyz</c>: the HTTP status and what the report calls it.</summary>
    public static async Task<(int Code, string? Status)> ReadyAsync(LocalService service)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
        using var response = await http.GetAsync(new Uri(service.HttpAddress + "/readyz"));
        using var report = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return ((int)response.StatusCode, report.RootElement.GetProperty("status").GetString());
    }

    /// <summary>By <c>/livez</c>.</summary>
    public static async Task<int> LiveAsync(LocalService service)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(service.HttpAddress + "/livez"));
        return (int)response.StatusCode;
    }
}
