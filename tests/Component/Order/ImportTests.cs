using System.Threading.Channels;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using NUnit.Framework;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;
using Suite.Orders.Features;
using Suite.Platform.Errors;

namespace Suite.Tests.Component.Orders;

internal sealed class ImportTests
{
    private OrderRoom _room = null!;

    [SetUp]
    public async Task OpenAsync() => _room = await OrderRoom.OpenAsync();

    [TearDown]
    public async Task CloseAsync()
    {
        if (_room is not null)
        {
            await _room.DisposeAsync();
        }
    }

    [Test]
    public async Task Every_request_gets_one_answer_and_a_bad_one_does_not_end_the_stream()
    {
        var call = new PlayedImport();
        var good = Enumerable.Range(1, 1000).Select(i => _room.Request(("tea", i))).ToArray();
        var unknown = _room.Request(("unknown", 1));
        var negative = _room.Request(("tea", -1));
        foreach (var request in (CreateOrderRequest[])[unknown, .. good, negative])
        {
            call.Send(request);
        }

        call.End();
        await RunAsync(call);

        Assert.That(call.Answers.Select(a => a.RequestId).Distinct().Count(), Is.EqualTo(1002));
        Assert.That(call.Answers, Has.Count.EqualTo(1002));
        Assert.That(call.Answers.Count(a => a.Order is not null), Is.EqualTo(1000));
        Assert.That(call.Answer(unknown).Error.Code, Is.EqualTo((int)StatusCode.FailedPrecondition));
        Assert.That(call.Answer(negative).Error.Message, Does.StartWith("order.lines[0].quantity"));
        Assert.That(await _room.CountAsync("orders"), Is.EqualTo(1000));
    }

    [Test]
    public async Task An_import_sent_again_creates_nothing_twice()
    {
        var requests = Enumerable.Range(1, 100).Select(i => _room.Request(("tea", i))).ToArray();
        var first = await ImportAsync(requests);
        var second = await ImportAsync(requests);

        Assert.That(second.OrderBy(a => a.RequestId), Is.EqualTo(first.OrderBy(a => a.RequestId)));
        Assert.That(await _room.CountAsync("orders"), Is.EqualTo(100));
        Assert.That(await _room.PlaceAsync(requests[7].Clone()), Is.EqualTo(first.Single(a => a.RequestId == requests[7].RequestId).Order));
    }

    [Test]
    public async Task A_caller_that_does_not_read_its_answers_is_not_read_from()
    {
        var call = new PlayedImport { Reading = new TaskCompletionSource() };
        for (var i = 0; i < 1000; i++)
        {
            call.Send(_room.Request(("tea", 1)));
        }

        call.End();
        var running = RunAsync(call);
        await Eventually.That(() => _room.CountAsync("orders"), Is.EqualTo(128));
        Assert.That(call.Taken, Is.EqualTo(128));
        Assert.That(running.IsCompleted, Is.False);

        call.Reading.SetResult();
        await running;
        Assert.That(call.Answers, Has.Count.EqualTo(1000));
    }

    [Test]
    public async Task A_caller_that_goes_away_stops_the_work()
    {
        var call = new PlayedImport();
        call.Send(_room.Request(("tea", 1)));
        var running = RunAsync(call);
        await Eventually.That(() => Task.FromResult(call.Answers.Count), Is.EqualTo(1));

        await call.Caller.CancelAsync();

        Assert.That(async () => await running.WaitAsync(TimeSpan.FromSeconds(5)), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task A_stopping_replica_answers_what_it_read_and_says_that_it_stops()
    {
        var call = new PlayedImport();
        var requests = Enumerable.Range(1, 50).Select(i => _room.Request(("tea", i))).ToArray();
        foreach (var request in requests)
        {
            call.Send(request);
        }

        var running = RunAsync(call);
        await Eventually.That(() => Task.FromResult(call.Taken), Is.EqualTo(50));
        _room.Get<IHostApplicationLifetime>().StopApplication();

        var error = await Assert.ThrowsAsync<DomainException>(() => running.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.That(error!.Reason, Is.EqualTo(ErrorReason.ServiceStopping));
        Assert.That(call.Answers, Has.Count.EqualTo(50));
    }

    private async Task<IReadOnlyCollection<ImportOrdersResponse>> ImportAsync(IEnumerable<CreateOrderRequest> requests)
    {
        var call = new PlayedImport();
        foreach (var request in requests)
        {
            call.Send(request.Clone());
        }

        call.End();
        await RunAsync(call);
        return call.Answers;
    }

    private Task RunAsync(PlayedImport call) => _room.Get<ImportOrders>().RunAsync(call, call, call.Context);

    /// <summary>Both ends of an import, played by the test.</summary>
    private sealed class PlayedImport : IAsyncStreamReader<ImportOrdersRequest>, IServerStreamWriter<ImportOrdersResponse>
    {
        private readonly Channel<ImportOrdersRequest> _requests = Channel.CreateUnbounded<ImportOrdersRequest>();
        private int _taken;

        public PlayedImport() => Context = new PlayedCall("/suite.order.v1.OrderService/ImportOrders", Caller.Token);

        public CancellationTokenSource Caller { get; } = new();

        public ServerCallContext Context { get; }

        /// <summary>When set, answers can be written once it is completed.</summary>
        public TaskCompletionSource? Reading { get; init; }

        public System.Collections.Concurrent.ConcurrentQueue<ImportOrdersResponse> Answers { get; } = [];

        public int Taken => _taken;

        public ImportOrdersRequest Current { get; private set; } = new();

        public WriteOptions? WriteOptions { get; set; }

        public void Send(CreateOrderRequest request) => _requests.Writer.TryWrite(new ImportOrdersRequest { Order = request });

        public void End() => _requests.Writer.Complete();

        public ImportOrdersResponse Answer(CreateOrderRequest request) => Answers.Single(a => a.RequestId == request.RequestId);

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await _requests.Reader.WaitToReadAsync(cancellationToken) || !_requests.Reader.TryRead(out var request))
            {
                return false;
            }

            Current = request;
            Interlocked.Increment(ref _taken);
            return true;
        }

        public Task WriteAsync(ImportOrdersResponse message) => WriteAsync(message, CancellationToken.None);

        public async Task WriteAsync(ImportOrdersResponse message, CancellationToken cancellationToken)
        {
            if (Reading is not null)
            {
                await Reading.Task.WaitAsync(cancellationToken);
            }

            Answers.Enqueue(message);
        }
    }
}
