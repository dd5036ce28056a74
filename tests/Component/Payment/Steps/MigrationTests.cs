using NUnit.Framework;
using Suite.Contracts.Payments.V1;
using Suite.Payments;
using Suite.Payments.Storage;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;
using Step = Suite.Contracts.Payments.V1.Payment.Types.Step;

namespace Suite.Tests.Component.Payments.Steps;

/// <summary>Payments from before there were steps.</summary>
public sealed class MigrationTests
{
    [Test]
    public async Task Payments_from_before_keep_what_they_hold_and_what_was_begun_is_finished()
    {
        await using var database = await PaymentDatabase.CreateAsync();
        // As version 4 left it: the tables of this room again, under another schema.
        var (held, voided, voiding) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var (declined, free) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var old = PaymentModule.Migrations.Read().OrderBy(m => m.Number).ToList();
        await database.ExecuteAsync(
            $"""
            CREATE SCHEMA before; SET search_path TO before, public;
            {string.Join('\n', old.Where(m => m.Number <= 4).Select(m => m.Sql))}
            INSERT INTO payments (id, order_id, currency, amount_minor, payment_method, state, provider_reference, decline_reason, void_requested,
                version, create_time, update_time, next_attempt_time)
            VALUES ('{held}', gen_random_uuid(), 'EUR', 1250, '', 2, 'sim_1', '', false, 2, now(), now(), now()),
                ('{voided}', gen_random_uuid(), 'EUR', 1250, '', 5, 'sim_2', '', true, 3, now(), now(), now()),
                ('{voiding}', gen_random_uuid(), 'EUR', 1250, '', 2, 'sim_3', '', true, 2, now(), now(), now()),
                ('{declined}', gen_random_uuid(), 'EUR', 1250, '', 3, '', 'card_declined', false, 2, now(), now(), now()),
                ('{free}', gen_random_uuid(), 'EUR', 0, '', 2, '', '', false, 2, now(), now(), now());
            {old.Single(m => m.Number == 5).Sql}
            INSERT INTO public.payments SELECT * FROM payments;
            INSERT INTO public.payment_steps SELECT * FROM payment_steps;
            """);
        var provider = new ScriptedProvider();
        await using var replica = new PaymentReplica(database.DataSource, provider).StartWorking();
        var store = new PaymentStore(database.DataSource);

        await Eventually.That(async () => (await store.FindAsync(voiding, default))!.State, Is.EqualTo(State.Voided));
        var captured = await StepFixture.CaptureAsync(replica, $"payments/{held}");
        var before = await StepFixture.GetAsync(replica, $"payments/{voided}");

        Assert.That(captured.State, Is.EqualTo(State.Captured));
        Assert.That(captured.AuthorizationExpireTime, Is.Not.Null);
        Assert.That(provider.Voids.Select(v => v.Reference), Is.EqualTo(new[] { "sim_3" }));
        Assert.That(before.Steps.Select(s => (s.Kind, s.Outcome)), Has.Member((Step.Types.Kind.Void, Step.Types.Outcome.Done)));
        Assert.That((await store.FindAsync(voided, default))!.ReleasedMinor, Is.EqualTo(1250));
        Assert.That((await StepFixture.GetAsync(replica, $"payments/{declined}")).Steps.Single().Outcome, Is.EqualTo(Step.Types.Outcome.Refused));
        Assert.That((await store.FindAsync(free, default))!.AuthorizationExpireTime, Is.Null);
    }
}
