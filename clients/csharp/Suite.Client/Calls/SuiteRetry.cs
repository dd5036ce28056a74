using Grpc.Core;

namespace Suite.Client;

/// <summary>Tells that an attempt failed and another will follow.</summary>
/// <param name="Service">The service that was called.</param>
/// <param name="Method">The method, for example <c>suite.order.v1.OrderService/CreateOrder</c>.</param>
/// <param name="Attempt">How many attempts were made, from 1.</param>
/// <param name="Delay">How long the client waits before the next.</param>
/// <param name="Code">What the attempt failed with.</param>
/// <param name="Detail">The text of the failure, for people.</param>
/// <param name="RequestId">The <c>request_id</c> of a write.</param>
public sealed record SuiteRetry(
    SuiteService Service, string Method, int Attempt, TimeSpan Delay, StatusCode Code, string Detail, string? RequestId);
