namespace Suite.Platform.RateLimiting;

/// <summary>How often something may be: never more than <paramref name="Permits"/> times within any <paramref name="Window"/>.</summary>
/// <param name="Name">What is limited, for example <c>sign-in-account</c>; limits of different names do not count together.</param>
/// <param name="Permits">How often, from 1.</param>
/// <param name="Window">The length of the window.</param>
public sealed record RateLimit(string Name, int Permits, TimeSpan Window);
