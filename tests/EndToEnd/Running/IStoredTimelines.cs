namespace Suite.Tests.EndToEnd.Running;

/// <summary>The documents of timelines in their store, past the services.</summary>
internal interface IStoredTimelines
{
    /// <summary>Removes all of them.</summary>
    Task LoseAsync(TestSuite suite);

    /// <summary>Changes who placed an order, in its document alone.</summary>
    Task ForgeAsync(TestSuite suite, Guid order);

    /// <summary>How many documents that readers see have a text in them. One that served until a moment ago goes as a whole.</summary>
    Task<long> TextsAsync(TestSuite suite, string text);

    /// <summary>Makes writing slow, where the store can.</summary>
    Task SlowDownAsync(TestSuite suite);

    /// <summary>Ends <see cref="SlowDownAsync"/>.</summary>
    Task GoOnAsync(TestSuite suite);
}
