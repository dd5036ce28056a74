using System.Runtime.InteropServices;

namespace Suite.Local.Processes;

/// <summary>The signals the launcher sends.</summary>
internal static partial class Signals
{
    public const int Quit = 3;
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Interrupt = 2;

    /// <summary>Linux's numbers; other systems have their own.</summary>
    public const int Stop = 19;
    public const int Continue = 18;

    /// <summary>Sends a signal; false when there is no such process any more.</summary>
    public static bool Send(int pid, int signal) => SendTo(pid, signal) == 0;

    /// <summary>Gives a signal its usual meaning back, when this process was started to ignore it.</summary>
    public static void Restore(int signal) => SetHandler(signal, 0);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint SetHandler(int signal, nint handler);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendTo(int pid, int signal);
}
