using Suite.Faults.History;
using Suite.Tests.Faults.Bugs;
using static Suite.Tests.Faults.Samples.SampleLives;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Tests.Faults.Checking;

/// <summary>What looks like a bug and is none: nothing is reported of it.</summary>
internal sealed class NearMissTests
{
    private readonly List<Action<Plant>> _planted = [];

    [TearDown]
    public void Nothing_is_reported()
    {
        var plant = new Plant();
        _planted.ForEach(into => into(plant));
        _planted.Clear();

        Assert.That(plant.Check().Select(violation => violation.ToString()), Is.Empty);
    }

    [Test]
    public void A_request_that_is_sent_again_much_later_gets_the_answer_of_then() => Miss(plant =>
    {
        var made = plant.Calls(Refunded).First(call => call.Operation == Operation.CreateOrder);
        plant.AddCall(later => made with { Start = later.Start, At = later.At, Replica = "order-2" });
    });

    [Test]
    public void A_read_that_began_before_a_write_was_over_may_not_see_it() => Miss(plant =>
    {
        var write = plant.Call(Yen, Operation.FulfillOrder);
        plant.Entries.Add(new ClientCall
        {
            Client = "client-9",
            Start = write.At - TimeSpan.FromMilliseconds(1),
            At = write.At + TimeSpan.FromHours(1),
            Operation = Operation.GetOrder,
            Outcome = Outcome.Ok,
            Name = plant.Order(Yen).Name,
            Orders =
            [
                plant.Order(Yen) with
                {
                    Version = 2,
                    State = State.Confirmed,
                    RefundedMinor = 0,
                    UpdateTime = plant.State.Events.Single(e => e.Order == plant.Order(Yen).Name && e is { Version: 2, Sequence: 2 }).Time,
                },
            ],
        });
    });

    [Test]
    public void A_request_without_an_answer_that_is_refused_when_it_is_sent_again_may_have_happened_all_the_same() => Miss(plant =>
    {
        var unknown = plant.Call(Unknown, Operation.FulfillOrder);
        plant.AddCall(later => unknown with { Start = later.Start, At = later.At, Outcome = Outcome.Failed, Status = "ResourceExhausted", Reason = "OVERLOADED" });
    });

    [Test]
    public void A_replica_that_has_too_much_to_do_refuses_what_it_has_done() => Miss(plant =>
    {
        var done = plant.Call(Yen, Operation.FulfillOrder);
        plant.AddCall(later => done with { Start = later.Start, At = later.At, Outcome = Outcome.Failed, Status = "ResourceExhausted", Orders = [] });
    });

    [Test]
    public void The_same_request_may_still_be_running_when_it_is_sent_again() => Miss(plant =>
    {
        var done = plant.Call(Yen, Operation.FulfillOrder);
        plant.AddCall(later => done with { Start = later.Start, At = later.At, Outcome = Outcome.Unknown, Status = "Aborted", Reason = "REQUEST_IN_PROGRESS", Orders = [] });
    });

    [Test]
    public void A_refund_without_an_answer_need_not_have_happened_beside_one_like_it_that_did() => Miss(plant =>
    {
        var done = plant.Calls(Yen).First(call => call.Operation == Operation.RefundOrder);
        plant.AddCall(later => done with { Start = later.Start, At = later.At, RequestId = "another", Outcome = Outcome.Unknown, Status = "Unavailable", Orders = [] });
    });

    [Test]
    public void A_broker_that_forgot_everything_is_told_everything_again() => Miss(plant =>
    {
        var offset = 0;
        foreach (var message in plant.Entries.OfType<EventSeen>().ToList())
        {
            plant.Entries.Add(message with { BrokerLife = 2, Offset = offset++, Partition = 3 });
        }
    });

    [Test]
    public void What_a_broker_forgot_before_anybody_saw_it_comes_after_what_is_new() => Miss(plant =>
    {
        var placed = plant.Message(Yen, "OrderPlaced");
        plant.ChangeAll<EventSeen>(message => message.Key == placed.Key, message => message with { BrokerLife = 2 });
        plant.Change(plant.Message(Yen, "OrderPlaced"), message => message with { Offset = 9000 });
    });

    [Test]
    public void A_message_is_told_twice_in_the_same_words() => Miss(plant =>
        plant.Entries.Add(plant.Message(Yen, "OrderPlaced") with { Offset = 9000 }));

    [Test]
    public void A_dispute_that_was_opened_just_now_need_not_be_known() => Miss(plant =>
    {
        Forget(plant);
        plant.ChangeProvider(Disputed, seen => seen with { IsMoving = true });
    });

    [Test]
    public void A_dispute_that_is_never_told_of_is_never_known() => Miss(plant =>
    {
        Forget(plant);
        plant.ChangeProvider(Disputed, seen => seen with { Token = "tok_dispute+webhook_lost" });
    });

    [Test]
    public void A_process_that_takes_memory_while_it_warms_up_is_not_growing() => Miss(plant =>
        plant.ChangeAll<MemorySample>(
            sample => sample.At > TimeSpan.FromMinutes(1), sample => sample with { Bytes = 700L * 1024 * 1024 }));

    [Test]
    public void A_process_that_grows_up_to_what_it_may_have_is_not_judged() => Miss(plant =>
        plant.ChangeAll<MemorySample>(_ => true, sample => sample with { Bytes = (long)((60 + (sample.At.TotalMinutes * 15)) * 1024 * 1024) }));

    [Test]
    public void A_process_that_did_not_live_long_is_not_judged() => Miss(plant =>
    {
        for (var i = 0; i < 20; i++)
        {
            plant.Entries.Add(new MemorySample { At = TimeSpan.FromSeconds(i * 10), Replica = "order-2", ProcessId = 4713, Bytes = (100 + (i * 20)) * 1024L * 1024 });
        }
    });

    [Test]
    public void Another_replica_has_not_heard_of_a_user_yet_and_neither_has_one_that_began_anew() => Miss(plant =>
    {
        var user = plant.State.Users[0];
        plant.AddCall(call => call with { Operation = Operation.GetUser, Replica = "user-1", Users = [user with { Etag = "2" }] });
        plant.AddCall(call => call with { Operation = Operation.GetUser, Replica = "user-2", Start = TimeSpan.FromHours(2), At = TimeSpan.FromHours(2), Users = [user] });
        plant.Entries.Add(new FaultFired { At = TimeSpan.FromHours(2), Start = TimeSpan.FromHours(2), Fault = "2", Kind = "kill", Target = "user-1", Hits = 1 });
        plant.AddCall(call => call with { Operation = Operation.GetUser, Replica = "user-1", Start = TimeSpan.FromHours(3), At = TimeSpan.FromHours(3), Users = [user] });
    });

    [Test]
    public void An_order_that_waits_for_its_payer_may_wait() => Miss(plant =>
        Assert.That(plant.Order(Waiting), Has.Property(nameof(OrderFacts.State)).EqualTo(State.Pending)));

    [Test]
    public void A_void_that_was_asked_for_before_anything_was_held_is_no_step_of_the_payment() => Miss(plant =>
        plant.ChangeProvider(Rejected, seen => seen with { Steps = [new ProviderStep($"{seen.Key}:void", ProviderStepKind.Void, 0, true, false)] }));

    private static void Forget(Plant plant)
    {
        plant.ChangePayment(Disputed, payment => payment with { DisputedMinor = 0, State = PaymentState.Captured });
        plant.ChangeAll<ClientCall>(call => call.Payments.Any(payment => payment.DisputedMinor > 0), call => call with { Payments = [] });
    }

    private void Miss(Action<Plant> into) => _planted.Add(into);
}
