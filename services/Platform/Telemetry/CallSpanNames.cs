using System.Diagnostics;
using OpenTelemetry;

namespace Suite.Platform.Telemetry;

/// <summary>
/// Names the span of a call by its method, as conventions have it. The instrumentation of ASP.NET Core names it by its route when it ends,
/// after which only a processor comes.
/// </summary>
internal sealed class CallSpanNames : BaseProcessor<Activity>
{
    public override void OnEnd(Activity data)
    {
        if (data.Kind == ActivityKind.Server && data.GetTagItem("rpc.method") is string method)
        {
            data.DisplayName = method;
        }
    }
}
