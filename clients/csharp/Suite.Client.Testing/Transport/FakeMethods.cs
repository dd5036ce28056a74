using Google.Protobuf;
using Grpc.Core;
using Suite.Contracts.Ops.V1;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;

namespace Suite.Client.Testing;

/// <summary>Which part of the fake answers which unary method.</summary>
internal static class FakeMethods
{
    /// <exception cref="RpcException">What the service fails with; UNIMPLEMENTED for a method the fake does not know.</exception>
    public static IMessage Answer(FakeState state, string method, IMessage request) => request switch
    {
        CreateUserRequest r => FakeUsers.Create(state, r),
        GetUserRequest r => FakeUsers.Get(state, r),
        BatchGetUsersRequest r => FakeUsers.BatchGet(state, r),
        ListUsersRequest r => FakeUsers.List(state, r),
        UpdateUserRequest r => FakeUsers.Update(state, r),
        SuspendUserRequest r => FakeUsers.Suspend(state, r),
        ReactivateUserRequest r => FakeUsers.Reactivate(state, r),
        DeleteUserRequest r => FakeUsers.Delete(state, r),
        ChangePasswordRequest r => FakeUsers.ChangePassword(state, r),
        CreateSessionRequest r => FakeSignIns.Create(state, r),
        RefreshSessionRequest r => FakeSignIns.Refresh(state, r),
        DeleteSessionRequest r => FakeSignIns.Delete(state, r),
        ListSessionsRequest r => FakeSignIns.List(state, r),
        CreateApiKeyRequest r => FakeApiKeys.Create(state, r),
        ListApiKeysRequest r => FakeApiKeys.List(state, r),
        RevokeApiKeyRequest r => FakeApiKeys.Revoke(state, r),
        CreateProductRequest r => FakeProducts.Create(state, r),
        GetProductRequest r => FakeProducts.Get(state, r),
        ListProductsRequest r => FakeProducts.List(state, r),
        CreateOrderRequest r => FakeOrders.Create(state, r),
        GetOrderRequest r => FakeOrders.Get(state, r),
        ListOrdersRequest r => FakeOrders.List(state, r),
        SearchOrdersRequest r => FakeSearch.Run(state, r),
        CancelOrderRequest r => FakeOrderSteps.Cancel(state, r),
        FulfillOrderRequest r => FakeOrderSteps.Fulfill(state, r),
        RefundOrderRequest r => FakeOrderSteps.Refund(state, r),
        ListOrderEventsRequest r => FakeOrders.ListEvents(state, r),
        GetPaymentRequest r => FakePayments.Get(state, r),
        ListPaymentsRequest r => FakePayments.List(state, r),
        AuthorizePaymentRequest r => FakePaymentSteps.Authorize(state, r),
        CapturePaymentRequest r => FakePaymentSteps.Capture(state, r),
        VoidPaymentRequest r => FakePaymentSteps.Void(state, r),
        RefundPaymentRequest r => FakePaymentSteps.Refund(state, r),
        GetDisputeRequest r => FakeDisputes.Get(state, r),
        ListDisputesRequest r => FakeDisputes.List(state, r),
        GetTrialBalanceRequest => FakeBooks.Balance(state),
        GetAccountRequest r => FakeBooks.GetAccount(state, r),
        ListAccountsRequest r => FakeBooks.ListAccounts(state, r),
        UpdateAccountRequest r => FakeBooks.UpdateAccount(state, r),
        ListPostingsRequest r => FakeBooks.ListPostings(state, r),
        GetTransactionRequest r => FakeBooks.GetTransaction(state, r),
        PostTransactionRequest r => FakeBooks.Post(state, r),
        ReverseTransactionRequest r => FakeBooks.Reverse(state, r),
        ListDeadLettersRequest r => FakeDeadLetters.List(state, r),
        ReplayDeadLettersRequest r => FakeDeadLetters.Replay(state, r),
        ListProjectionsRequest r => FakeProjections.List(state, r),
        GetProjectionRequest r => FakeProjections.Get(state, r),
        RebuildProjectionRequest r => FakeProjections.Rebuild(state, r),
        VerifyProjectionRequest r => FakeProjections.Verify(state, r),
        SetFaultRequest r => FakeFaults.Set(state, r),
        ListFaultsRequest r => FakeFaults.List(state, r),
        ClearFaultsRequest r => FakeFaults.Clear(state, r),
        _ => throw new RpcException(new Status(StatusCode.Unimplemented, $"The fake does not know {method}.")),
    };
}
