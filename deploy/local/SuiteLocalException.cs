namespace Suite.Local;

/// <summary>Something the launcher needs is missing or in the way. The message says what it is and how to mend it.</summary>
public sealed class SuiteLocalException(string message, Exception? inner = null) : Exception(message, inner);
