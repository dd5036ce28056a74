namespace Suite.Faults.Nemesis;

/// <summary>What a fault really did.</summary>
/// <param name="Count">How often it hit something; 0 is a fault that did not fire.</param>
/// <param name="Evidence">What shows it.</param>
internal sealed record Hit(long Count, string Evidence);
