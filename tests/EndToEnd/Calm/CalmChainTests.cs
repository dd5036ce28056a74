using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Calm;

/// <summary>On the broker built into librdkafka.</summary>
internal sealed class CalmChainTests() : ChainTests(Suites.CalmAsync);
