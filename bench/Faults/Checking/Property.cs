using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>Something that has to hold of every run.</summary>
internal abstract class Property
{
    /// <summary>Its name, as reports and tests have it.</summary>
    public string Name => GetType().Name;

    /// <summary>Where it does not hold.</summary>
    public abstract IEnumerable<Violation> Check(Evidence evidence);

    /// <summary>That it does not hold.</summary>
    protected Violation Broken(string sentence, params IEnumerable<object> records) => new(Name, sentence, Violation.Show(records));
}

/// <summary>A property that is judged on each call as it comes, against those before it.</summary>
internal abstract class LiveProperty : Property
{
    /// <summary>Begins to watch. Calls are shown in the order they were over in.</summary>
    /// <returns>Judges the next call.</returns>
    public abstract Func<ClientCall, IEnumerable<Violation>> Watch();

    public override IEnumerable<Violation> Check(Evidence evidence)
    {
        var see = Watch();
        return evidence.Calls.OrderBy(call => call.At).SelectMany(see);
    }
}
