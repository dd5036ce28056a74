using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.RealKafka;

/// <summary>On Apache Kafka.</summary>
internal sealed class RealKafkaChainTests() : ChainTests(Suites.OnRealKafkaAsync);
