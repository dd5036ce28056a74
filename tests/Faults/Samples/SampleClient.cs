using Suite.Faults.History;

namespace Suite.Tests.Faults.Samples;

/// <summary>A client of a sample: what it asks for happens, or does not, as it is told to.</summary>
internal sealed class SampleClient(SampleHistory sample, string name)
{
    /// <summary>An order is placed.</summary>
    /// <param name="total">Its total, in minor units.</param>
    /// <param name="currency">Its currency.</param>
    /// <param name="outcome">What the client hears of it.</param>
    public SampleOrder Create(long total, string currency = "EUR", Outcome outcome = Outcome.Ok)
    {
        var start = sample.Tick();
        var order = new SampleOrder(sample, total, currency);
        Say(Operation.CreateOrder, order, start, outcome, order.Facts.Mark);
        return order;
    }

    /// <summary>An order is asked for, and never placed.</summary>
    public void CreateNothing(Outcome outcome, string status) => Say(
        Operation.CreateOrder, null, sample.Tick(), outcome, $"{SampleHistory.Customer}: {sample.NewId()} {SampleHistory.Product}", status);

    public void Cancel(SampleOrder order, bool wasAsked = true, Outcome outcome = Outcome.Ok)
    {
        var start = sample.Tick();
        order.Cancel(wasAsked: wasAsked);
        Say(Operation.CancelOrder, order, start, outcome);
    }

    public void Fulfill(SampleOrder order, Outcome outcome = Outcome.Ok)
    {
        var start = sample.Tick();
        order.Fulfill();
        Say(Operation.FulfillOrder, order, start, outcome);
    }

    /// <param name="order">The order.</param>
    /// <param name="minor">How much.</param>
    /// <param name="outcome">What the client hears of it.</param>
    /// <param name="isAll">Whether it asks for all that is left, whatever that is.</param>
    public void Refund(SampleOrder order, long minor, Outcome outcome = Outcome.Ok, bool isAll = false)
    {
        var start = sample.Tick();
        order.Refund(minor);
        Say(Operation.RefundOrder, order, start, outcome, amount: isAll ? null : order.Total with { Minor = minor });
    }

    /// <summary>Something is asked of an order, and nothing is done.</summary>
    public void AskInVain(Operation operation, SampleOrder order, Outcome outcome, string status, string reason = "", long? minor = null) => Say(
        operation, order, sample.Tick(), outcome, status: status, reason: reason, amount: minor is { } amount ? order.Total with { Minor = amount } : null);

    /// <summary>The last request is sent again, to another replica, and gets the same answer.</summary>
    public void Repeat()
    {
        var last = sample.Entries.OfType<ClientCall>().Last(call => call.Client == name);
        sample.Entries.Add(last with { Start = sample.Tick(), At = sample.Now, Replica = "order-2" });
    }

    public void Read(SampleOrder order) => Add(Operation.GetOrder, order.Facts.Name, sample.Tick(), call => call with { Orders = [order.Facts] });

    /// <summary>A read begins, something happens, and the read sees the order as it was.</summary>
    public void ReadWhile(SampleOrder order, Action happens)
    {
        var (start, before) = (sample.Tick(), order.Facts);
        happens();
        sample.Tick();
        Add(Operation.GetOrder, order.Facts.Name, start, call => call with { Orders = [before] });
    }

    public void ReadPayment(SampleOrder order) =>
        Add(Operation.GetPayment, order.PaymentName, sample.Tick(), call => call with { Replica = "payment-1", Payments = [order.Payment!] });

    public void ReadEvents(SampleOrder order) =>
        Add(Operation.ListOrderEvents, order.Facts.Name, sample.Tick(), call => call with { Events = [.. order.Events] });

    public void ReadUser() => Add(Operation.GetUser, SampleHistory.Customer, sample.Tick(), call => call with { Replica = "user-1", Users = [.. sample.Users] });

    public void ReadLedger() => Add(Operation.TrialBalance, string.Empty, sample.Tick(), call => call with
    {
        Replica = "payment-2",
        Ledger = new LedgerSeen { Currencies = SampleLedger.TrialBalance(sample.Postings) },
    });

    public void ReadPostings(SampleOrder order) => Add(Operation.ListPostings, order.PaymentName, sample.Tick(), call => call with
    {
        Replica = "payment-1",
        Ledger = new LedgerSeen
        {
            Postings = [.. sample.Postings.Where(posting => posting.Source.StartsWith(order.PaymentName, StringComparison.Ordinal))],
            HasWholeTransactions = true,
        },
    });

    private void Say(
        Operation operation,
        SampleOrder? order,
        TimeSpan start,
        Outcome outcome,
        string mark = "",
        string status = "",
        string reason = "",
        Amount? amount = null) => Add(operation, string.Empty, start, call => call with
        {
            RequestId = sample.NewId(),
            Name = order is not null && (operation != Operation.CreateOrder || outcome == Outcome.Ok) ? order.Facts.Name : string.Empty,
            Mark = mark,
            Amount = amount,
            Outcome = outcome,
            Status = outcome == Outcome.Ok ? string.Empty : status.Length > 0 ? status : "DeadlineExceeded",
            Reason = reason,
            Orders = outcome == Outcome.Ok ? [order!.Facts] : [],
        });

    private void Add(Operation operation, string about, TimeSpan start, Func<ClientCall, ClientCall> with) => sample.Entries.Add(with(new ClientCall
    {
        Client = name,
        Start = start,
        At = sample.Now,
        StartTime = SampleHistory.Epoch + start,
        Operation = operation,
        Replica = "order-1",
        Name = about,
        Outcome = Outcome.Ok,
    }));
}
