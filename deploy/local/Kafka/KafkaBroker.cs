namespace Suite.Local.Kafka;

/// <summary>A private Kafka broker on loopback.</summary>
public abstract class KafkaBroker : IAsyncDisposable
{
    /// <summary>The topics of Suite.</summary>
    public static IReadOnlyList<string> Topics { get; } = ["suite.user.v1", "suite.order.v1", "suite.payment.v1"];

    /// <summary>What a client takes as <c>bootstrap.servers</c>.</summary>
    public abstract string BootstrapServers { get; }

    /// <summary>What kind of broker it is, for people.</summary>
    public abstract string Kind { get; }

    /// <summary>The broker's process; null when it is hosted in this one.</summary>
    public virtual int? ProcessId => null;

    /// <summary>Completes when the broker's process has ended; never for a broker in this process.</summary>
    public virtual Task Exited { get; } = new TaskCompletionSource().Task;

    /// <summary>
    /// Starts Apache Kafka (KRaft, one node) from its official layout in <paramref name="kafkaHome"/> and returns when it answers.
    /// The data in <paramref name="dataDirectory"/> is kept; it may be started on another port the next time.
    /// </summary>
    /// <param name="kafkaHome">The folder that holds <c>bin/kafka-server-start.sh</c>.</param>
    /// <param name="dataDirectory">The folder of this broker, made when it is missing.</param>
    /// <param name="port">The port on 127.0.0.1; 0 for a free one.</param>
    /// <param name="log">Gets what the broker prints.</param>
    /// <param name="doors">More ports it listens on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="SuiteLocalException">Java or Kafka is missing or does not start; the message says why.</exception>
    public static async Task<KafkaBroker> StartRealAsync(
        string kafkaHome,
        string dataDirectory,
        int port = 0,
        Action<string>? log = null,
        IReadOnlyList<KafkaDoor>? doors = null,
        CancellationToken cancellationToken = default) =>
        await RealKafkaBroker.StartAsync(kafkaHome, dataDirectory, port, log ?? (static _ => { }), doors ?? [], cancellationToken);

    /// <summary>
    /// Starts the broker that is built into librdkafka, in this process and in memory: other processes can use it; it keeps at
    /// most 5 MiB or 100 thousand messages a partition and forgets everything when it stops. Topics must exist before their use:
    /// <paramref name="topics"/> (default: the topics of Suite and their dead-letter topics) are made with <paramref name="partitions"/>
    /// partitions each. Its admin API answers nothing: a client that creates a topic there waits in vain.
    /// </summary>
    public static KafkaBroker StartMock(int partitions = 4, IEnumerable<string>? topics = null) =>
        MockKafkaBroker.Start(partitions, topics ?? Topics.Concat(Topics.Select(topic => topic + ".dlq")));

    /// <summary>Makes one more topic; only the mock broker needs and allows it.</summary>
    /// <exception cref="NotSupportedException">On a real broker, whose admin API makes topics.</exception>
    public virtual void CreateTopic(string topic, int partitions) => throw new NotSupportedException("A real broker makes topics by its admin API.");

    /// <summary>Stops the broker cleanly.</summary>
    public abstract Task StopAsync();

    /// <summary>SIGKILL for a real broker; the mock, which has no process of its own, just goes and forgets.</summary>
    public abstract Task KillAsync();

    /// <summary>Ends a real broker that an earlier run left on <paramref name="dataDirectory"/>.</summary>
    internal static Task EndLeftoversAsync(string dataDirectory, Action<string> log, CancellationToken cancellationToken) =>
        RealKafkaBroker.EndLeftoverAsync(dataDirectory, log, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        GC.SuppressFinalize(this);
    }
}
