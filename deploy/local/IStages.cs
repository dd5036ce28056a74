namespace Suite.Local;

/// <summary>Hears of the stages of a start.</summary>
public interface IStages
{
    /// <summary>Hears nothing.</summary>
    static IStages Silent { get; } = new SilentStages();

    /// <summary>Runs one stage; what it returns says how it ended, for people.</summary>
    Task RunAsync(string title, Func<Task<string>> stage);

    private sealed class SilentStages : IStages
    {
        public Task RunAsync(string title, Func<Task<string>> stage) => stage();
    }
}
