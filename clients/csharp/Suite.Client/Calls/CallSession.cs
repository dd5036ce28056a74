using System.Diagnostics;
using System.Globalization;
using Grpc.Core;
using Suite.Contracts.Common.V1;

namespace Suite.Client;

/// <summary>
/// One call as the caller sees it: its deadline, its attempts, its span. Unary calls and streams go through the same steps:
/// <see cref="StartAttempt"/>, <see cref="PrepareAsync"/>, the gRPC call, then <see cref="Succeed"/> or <see cref="RecoverAsync"/>, which
/// either returns when it is time for the next attempt or throws what the caller gets to see.
/// </summary>
internal sealed class CallSession : IDisposable
{
    private readonly CallEnvironment _environment;
    private readonly ServiceEndpoint _endpoint;
    private readonly RpcName _name;
    private readonly SuiteCallOptions _options;
    private readonly RetryState _retries;
    private readonly TimeProvider _time;
    private readonly TokenSource _tokens;
    private readonly CancellationToken _caller;
    private readonly CancellationTokenSource _end;
    private readonly CancellationTokenSource? _deadline;
    private readonly Activity? _span;
    private readonly long _started;
    private readonly TimeSpan _limit;
    private Activity? _attemptSpan;
    private CallFailure? _lastFailure;
    private string? _token;
    private string? _refusedToken;
    private bool _renewed;
    private bool _ended;
    private int _attemptEnded;

    public CallSession(
        CallEnvironment environment,
        ServiceEndpoint endpoint,
        RpcName name,
        string? requestId,
        SuiteCallOptions? options,
        bool isStream,
        CancellationToken cancellationToken)
    {
        _environment = environment;
        _endpoint = endpoint;
        _name = name;
        _options = options ?? CallEnvironment.NoOptions;
        _time = environment.Time;
        _tokens = _options.Credentials is { } own ? new TokenSource(own) : endpoint.Tokens;
        var retry = _options.Retry ?? environment.Retry;
        _retries = new RetryState(retry, isStream ? retry.StreamPatience : Timeout.InfiniteTimeSpan, _time);
        _caller = cancellationToken;
        RequestId = requestId;
        _limit = _options.Timeout ?? (isStream ? Timeout.InfiniteTimeSpan : environment.Timeout);
        if (_limit != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_limit, TimeSpan.Zero, nameof(SuiteCallOptions.Timeout));
            _deadline = new CancellationTokenSource(_limit, _time);
        }

        _end = _deadline is null
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken)
            : CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _deadline.Token);
        _started = _time.GetTimestamp();
        _span = ClientTelemetry.StartCall(name, endpoint, requestId);
    }

    /// <summary>How many attempts were started.</summary>
    public int Attempts { get; private set; }

    /// <summary>The request id of a write.</summary>
    public string? RequestId { get; }

    /// <summary>Ends when the caller cancels or the deadline passes.</summary>
    public CancellationToken Ending => _end.Token;

    private TimeSpan Left => _deadline is null ? TimeSpan.MaxValue : _limit - _time.GetElapsedTime(_started);

    /// <summary>Starts the span of the next attempt. Not asynchronous, so that the span is the caller's current one.</summary>
    public void StartAttempt()
    {
        Attempts++;
        _attemptSpan = ClientTelemetry.StartAttempt(_name, _endpoint, _span, Attempts);
    }

    /// <summary>What the next attempt is called with: headers, token, what is left of the deadline.</summary>
    public async ValueTask<CallOptions> PrepareAsync()
    {
        _caller.ThrowIfCancellationRequested();
        if (_end.IsCancellationRequested)
        {
            throw Fail(DeadlinePassed(), null);
        }

        var headers = new Metadata();
        foreach (var header in _options.Headers ?? [])
        {
            headers.Add(header);
        }

        if (_attemptSpan is { } span && headers.Get("traceparent") is null)
        {
            // By ourselves: the clients of gRPC and HTTP begin activities of their own below it, which nobody records unless their
            // instrumentation runs, and the service would hang below those (grpc-dotnet 2516). What is here, they leave alone.
            headers.Add("traceparent", span.Id!);
            if (span.TraceStateString is { Length: > 0 } state)
            {
                headers.Add("tracestate", state);
            }
        }

        if (_name.IsSignIn)
        {
            CheckTransport();
        }
        else if (!_tokens.IsEmpty && await GetTokenAsync().ConfigureAwait(false) is { } token)
        {
            headers.Add("authorization", "Bearer " + token);
        }

        // The wire has its own clock: what is left by the client's clock is counted from now by the system's.
        DateTime? deadline = _deadline is null ? null : DateTime.UtcNow + (Left > TimeSpan.Zero ? Left : TimeSpan.Zero);
        return new CallOptions(headers, deadline, _end.Token);
    }

    /// <summary>Ends the call well.</summary>
    public void Succeed()
    {
        EndAttempt(StatusCode.OK, null);
        _endpoint.Budget.Succeeded();
        End(StatusCode.OK, null);
    }

    /// <summary>Notes that a stream brought something: what failed before is forgotten.</summary>
    public void Progressed()
    {
        if (_retries.IsFailing || _refusedToken is not null)
        {
            _retries.Reset();
            _renewed = false;
            _refusedToken = null;
            _endpoint.Budget.Succeeded();
        }
    }

    /// <summary>Takes a failed attempt: waits for the next one, or throws.</summary>
    /// <exception cref="SuiteException">There is no next one.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    public async Task RecoverAsync(Exception exception)
    {
        var failure = Read(exception);
        if (Ended(failure, exception) is { } end)
        {
            throw end;
        }

        // A wrong password is not healed by another token.
        if (failure is { Code: StatusCode.Unauthenticated, Reason: not ErrorReason.SignInRefused } && _token is not null && !_renewed)
        {
            _renewed = true;
            _refusedToken = _token;
            ClientLog.RenewingToken(_environment.Logger, _name.Full);
            return;
        }

        await WaitAsync(failure, exception).ConfigureAwait(false);
    }

    /// <summary>What the caller gets to see of a failure after which there is no next attempt.</summary>
    public Exception Broken(Exception exception)
    {
        var failure = Read(exception);
        return Ended(failure, exception) ?? Fail(failure, exception);
    }

    /// <summary>Ends the call with a failure.</summary>
    public SuiteException Fail(CallFailure failure, Exception? inner)
    {
        EndAttempt(failure.Code, failure.Detail);
        End(failure.Code, failure.Detail);
        return new SuiteException(failure, _name.Full, RequestId, TraceId, Attempts, inner);
    }

    /// <summary>The trace of this call.</summary>
    public string? TraceId => (_span ?? Activity.Current)?.TraceId.ToString();

    public void Dispose()
    {
        EndAttempt(StatusCode.Cancelled, null);
        End(StatusCode.Cancelled, null);
        _end.Dispose();
        _deadline?.Dispose();
    }

    private CallFailure Read(Exception exception)
    {
        var failure = exception is RpcException rpc
            ? CallFailure.Read(rpc)
            : new CallFailure { Code = StatusCode.Cancelled, Detail = exception.Message };
        EndAttempt(failure.Code, failure.Detail);
        return failure;
    }

    /// <summary>What ends the call whatever the service said: its caller, or the deadline.</summary>
    private Exception? Ended(CallFailure failure, Exception exception)
    {
        if (_caller.IsCancellationRequested)
        {
            return Cancelled(exception);
        }

        // What a service had to say counts, even where it came with the deadline.
        return _end.IsCancellationRequested && (failure.Code is StatusCode.Cancelled or StatusCode.DeadlineExceeded)
            ? Fail(DeadlinePassed() with { ReasonName = failure.ReasonName, Reason = failure.Reason }, exception)
            : null;
    }

    private async ValueTask<string?> GetTokenAsync()
    {
        CheckTransport();
        try
        {
            return _token = await _tokens.GetAsync(_refusedToken, _end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (_end.IsCancellationRequested)
        {
            throw _caller.IsCancellationRequested ? Cancelled(e) : Fail(DeadlinePassed(), e);
        }
        catch (Exception e) when (e is not (SuiteException or OperationCanceledException))
        {
            throw Refuse("The credentials gave no token: " + e.Message, e);
        }
    }

    private void CheckTransport()
    {
        if (!_endpoint.MayCarryToken)
        {
            throw Refuse(
                $"Credentials would travel unencrypted to {_endpoint.Address}. "
                    + "Use https, or set AllowTokenOverPlaintext where the network is trusted.",
                null);
        }
    }

    private async Task WaitAsync(CallFailure failure, Exception exception)
    {
        if (_retries.Next(failure, Left) is not { } delay)
        {
            throw Fail(failure, exception);
        }

        if (!_endpoint.Budget.TrySpend())
        {
            ClientLog.BudgetSpent(_environment.Logger, _name.Full, _endpoint.Address);
            throw Fail(failure with { Detail = failure.Detail + " (not repeated: the retry budget is spent)" }, exception);
        }

        _lastFailure = failure;
        Tell(failure, delay, Attempts, RequestId);
        try
        {
            await Task.Delay(delay, _time, _end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw _caller.IsCancellationRequested ? Cancelled(exception) : Fail(failure, exception);
        }
    }

    /// <summary>Tells that something will be tried again.</summary>
    public void Tell(CallFailure failure, TimeSpan delay, int attempt, string? requestId)
    {
        ClientLog.Retrying(_environment.Logger, _name.Full, failure.Code, attempt, delay.TotalMilliseconds, requestId);
        var retry = new SuiteRetry(_endpoint.Service, _name.Full, attempt, delay, failure.Code, failure.Detail, requestId);
        _environment.OnRetry?.Invoke(retry);
        _options.OnRetry?.Invoke(retry);
    }

    // Nothing was sent, so it was no attempt.
    private SuiteException Refuse(string detail, Exception? inner)
    {
        Attempts--;
        _attemptSpan?.Dispose();
        _attemptSpan = null;
        _attemptEnded = Attempts;
        return Fail(new CallFailure { Code = StatusCode.Unauthenticated, Detail = detail }, inner);
    }

    private OperationCanceledException Cancelled(Exception inner)
    {
        End(StatusCode.Cancelled, null);
        return new OperationCanceledException($"{_name.Full} was cancelled by its caller.", inner, _caller);
    }

    private CallFailure DeadlinePassed()
    {
        var before = _lastFailure is { } last ? $" The attempt before failed with {last.Code}: {last.Detail}" : string.Empty;
        return new CallFailure
        {
            Code = StatusCode.DeadlineExceeded,
            Detail = string.Create(CultureInfo.InvariantCulture, $"The deadline of {_limit.TotalSeconds:0.###} s passed.{before}"),
        };
    }

    /// <summary>Ends an attempt that does not end the call.</summary>
    public void EndAttempt(StatusCode code, string? detail)
    {
        if (_attemptEnded == Attempts)
        {
            return;
        }

        _attemptEnded = Attempts;
        ClientTelemetry.CountAttempt(_name, code);
        ClientTelemetry.End(_attemptSpan, code, detail);
        _attemptSpan = null;
    }

    private void End(StatusCode code, string? detail)
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        ClientTelemetry.RecordCall(_name, code, _time.GetElapsedTime(_started));
        ClientTelemetry.End(_span, code, detail);
    }
}
