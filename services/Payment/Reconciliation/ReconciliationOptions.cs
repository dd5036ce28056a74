using System.Globalization;

namespace Suite.Payments.Reconciliation;

/// <summary>What the environment decides about reconciling.</summary>
internal sealed record ReconciliationOptions
{
    /// <summary>How often it is done by itself (<c>SUITE_RECONCILE_EVERY</c>, seconds; 3600, 0 for never).</summary>
    public TimeSpan Every { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long what differs is left alone before it is looked at again: longer than an event takes.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How far back the scheduled runs look; once a day one looks at everything.</summary>
    public TimeSpan Recent { get; init; } = TimeSpan.FromDays(8);

    /// <summary>How many payments are compared at a time.</summary>
    public int PageSize { get; init; } = 1000;

    /// <summary>How long a run of another replica is believed to be alive without a sign of it.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(2);

    /// <exception cref="InvalidOperationException">The setting is no number of seconds.</exception>
    public static ReconciliationOptions From(IConfiguration configuration)
    {
        const string key = "SUITE_RECONCILE_EVERY";
        if (configuration[key] is not { Length: > 0 } text)
        {
            return new ReconciliationOptions();
        }

        return double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is 0 or (>= 1 and <= 1e7)
            ? new ReconciliationOptions { Every = TimeSpan.FromSeconds(seconds) }
            : throw new InvalidOperationException($"{key} is '{text}', which is no number of seconds: 0 for never, or 1 and more.");
    }
}
