using System.Globalization;
using Suite.Local.Processes;

namespace Suite.Local.Ports;

/// <summary>Who listens on a port of this machine.</summary>
public sealed record PortHolder(int Port, int? ProcessId, string? Command)
{
    /// <summary>
    /// The holder of <paramref name="port"/>, or null when the port is free. Of a process of another user that this one may not look
    /// into, only that it is there is known.
    /// </summary>
    public static PortHolder? Find(int port)
    {
        if (FreePorts.IsFree(port))
        {
            return null;
        }

        var inodes = ListeningInodes(port);
        foreach (var pid in inodes.Count == 0 ? [] : ProcFs.All())
        {
            if (Holds(pid, inodes))
            {
                return new PortHolder(port, pid, ProcFs.CommandLine(pid));
            }
        }

        return new PortHolder(port, null, null);
    }

    /// <inheritdoc/>
    public override string ToString() => ProcessId is { } pid
        ? $"port {Port} is taken by process {pid}: {Shorten(Command ?? "?")}"
        : $"port {Port} is taken by a process of another user (sudo ss -ltnp 'sport = :{Port}' names it)";

    private static string Shorten(string command) => command.Length <= 160 ? command : command[..157] + "...";

    private static HashSet<string> ListeningInodes(int port)
    {
        var hex = port.ToString("X4", CultureInfo.InvariantCulture);
        HashSet<string> inodes = [];
        foreach (var table in (string[])["/proc/net/tcp", "/proc/net/tcp6"])
        {
            foreach (var line in File.Exists(table) ? File.ReadLines(table).Skip(1) : [])
            {
                // sl local_address rem_address st ...: state 0A is LISTEN, the tenth field the socket's inode.
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && fields[3] == "0A" && fields[1].EndsWith(":" + hex, StringComparison.Ordinal))
                {
                    inodes.Add($"socket:[{fields[9]}]");
                }
            }
        }

        return inodes;
    }

    private static bool Holds(int pid, HashSet<string> inodes)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{pid}/fd")
                .Any(fd => new FileInfo(fd).LinkTarget is { } target && inodes.Contains(target));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
