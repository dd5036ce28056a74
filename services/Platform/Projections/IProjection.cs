using Suite.Platform.Messaging;

namespace Suite.Platform.Projections;

/// <summary>
/// Documents that are made of events, in a store made for reading them. They can be lost and made again at any time: what an event does to a
/// document depends on nothing but the event, and doing it again, or in another order, gives the same document.
/// </summary>
public interface IProjection
{
    /// <summary>For example <c>timelines</c>.</summary>
    string Name { get; }

    /// <summary>The consumer group. Never changed once it was used.</summary>
    string Consumer { get; }

    /// <summary>Grows when its documents are made in another way: those of the version before are then made anew.</summary>
    int Version { get; }

    /// <summary>What it hears.</summary>
    IReadOnlyList<string> Topics { get; }

    /// <summary>Where all of it is told again, each by its owner.</summary>
    IReadOnlyList<IHistorySource> Histories { get; }

    /// <summary>Makes the place of a generation, with its indexes. What is there already stays.</summary>
    Task PrepareAsync(long generation, CancellationToken cancellationToken);

    /// <summary>Adds what events say to the documents of generations; all of it is durable when it returns.</summary>
    /// <exception cref="PoisonMessageException">An event is not what its type says.</exception>
    Task ApplyAsync(IReadOnlyList<long> generations, IReadOnlyList<IncomingMessage> events, CancellationToken cancellationToken);

    /// <summary>The documents that are not the same in two generations, by name, and how many documents were looked at.</summary>
    Task<Comparison> CompareAsync(long serving, long other, CancellationToken cancellationToken);

    /// <summary>Lets readers find everything that was applied to a generation: they are given it next.</summary>
    Task SettleAsync(long generation, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Hears which generation readers are given from now on; told again now and then.</summary>
    Task ServeAsync(long generation, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Removes a generation. One that is gone already is no error.</summary>
    Task DropAsync(long generation, CancellationToken cancellationToken);
}

/// <summary>What a comparison found.</summary>
/// <param name="DocumentCount">How many documents there are in either.</param>
/// <param name="DifferenceCount">How many of them differ, or are in one alone.</param>
/// <param name="Differences">The first of these, by name and with what differs.</param>
public sealed record Comparison(long DocumentCount, long DifferenceCount, IReadOnlyList<string> Differences);

/// <summary>A page of a history.</summary>
/// <param name="Events">The events; their ids mean nothing.</param>
/// <param name="Cursor">Where to go on behind them.</param>
/// <param name="TotalCount">About how many there are in all; null when it was said before.</param>
public sealed record HistoryPage(IReadOnlyList<IncomingMessage> Events, string Cursor, long? TotalCount);

/// <summary>Tells the events of an owner again, from its record.</summary>
public interface IHistorySource
{
    /// <summary>For example <c>payment</c>.</summary>
    string Name { get; }

    /// <summary>The events behind a cursor; all of them when it is empty. What commits meanwhile may be among them or not.</summary>
    IAsyncEnumerable<HistoryPage> ReadAsync(string cursor, CancellationToken cancellationToken);
}
