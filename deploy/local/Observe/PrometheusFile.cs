using System.Globalization;
using System.Text;

namespace Suite.Local.Observe;

/// <summary>Prometheus's configuration for the services of a local suite, with the rules of <c>deploy/observability</c>.</summary>
internal static class PrometheusFile
{
    /// <param name="suite">What to scrape: a job for each service, an instance for each replica.</param>
    /// <param name="rules">The folder of <c>rules.yml</c> and <c>alerts.yml</c>.</param>
    /// <param name="seconds">How often to scrape and to evaluate.</param>
    public static string Write(LocalSuite suite, string rules, int seconds)
    {
        var text = new StringBuilder();
        text.AppendLine("# Written by ./build.sh run --observe.");
        text.AppendLine("global:");
        text.AppendLine(CultureInfo.InvariantCulture, $"  scrape_interval: {seconds}s");
        text.AppendLine(CultureInfo.InvariantCulture, $"  evaluation_interval: {seconds}s");
        text.AppendLine("rule_files:");
        foreach (var file in (string[])["rules.yml", "alerts.yml"])
        {
            text.AppendLine($"  - '{Path.Combine(rules, file)}'");
        }

        text.AppendLine("scrape_configs:");
        foreach (var replicas in suite.Services.GroupBy(service => service.Name))
        {
            text.AppendLine($"  - job_name: {replicas.Key}");
            text.AppendLine("    static_configs:");
            text.AppendLine($"      - targets: [{string.Join(", ", replicas.Select(service => $"'{service.HttpAddress["http://".Length..]}'"))}]");
        }

        return text.ToString();
    }
}
