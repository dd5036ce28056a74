using System.Globalization;

namespace Suite.Faults.Running;

/// <summary>What Linux tells about a process in <c>/proc</c>.</summary>
internal static class ProcessMemory
{
    /// <summary>Bytes of its resident set; null when there is no such process.</summary>
    public static long? Of(int processId) =>
        Line(processId, "VmRSS:") is { } line && line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var number, ..]
            ? long.Parse(number, NumberStyles.None, CultureInfo.InvariantCulture) * 1024
            : null;

    /// <summary>Waits a moment until a process that was sent SIGSTOP stands still; false when it does not.</summary>
    public static async Task<bool> StandsStillAsync(int processId, CancellationToken cancellationToken)
    {
        for (var i = 0; i < 100; i++)
        {
            if (Line(processId, "State:")?.Contains("stopped", StringComparison.Ordinal) == true)
            {
                return true;
            }

            await Task.Delay(10, cancellationToken);
        }

        return false;
    }

    private static string? Line(int processId, string name)
    {
        try
        {
            return File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/status"))
                .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Replace('\t', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
