namespace Suite.Payments.Ledger;

/// <summary>What the ledger brings to the service.</summary>
internal static class LedgerModule
{
    public static void AddLedger(this IServiceCollection services)
    {
        services.AddSingleton<LedgerStore>();
        services.AddSingleton<AccountStore>();
        services.AddSingleton<TransactionStore>();
        services.AddSingleton<GetAccount>();
        services.AddSingleton<ListAccounts>();
        services.AddSingleton<UpdateAccount>();
        services.AddSingleton<ListPostings>();
        services.AddSingleton<PostTransaction>();
        services.AddSingleton<ReverseTransaction>();
        services.AddSingleton<VerifyLedger>();
        services.AddSingleton<ExportTransactions>();
        services.AddSingleton<GetTrialBalance>();
        services.AddSingleton<LedgerChain>();
        services.AddHostedService<LedgerSealer>();
        // Without state, so that one serves every call.
        services.AddSingleton<LedgerGrpcService>();
    }
}
