using NUnit.Framework;
using Suite.Contracts.Users.V1;
using Suite.Users.Features;
using Suite.Users.Features.SigningKeys;

namespace Suite.Tests.Unit.Users;

internal sealed class RequestFingerprintTests
{
    private static readonly RequestFingerprint Fingerprint = new(new MasterKey(new byte[32]));

    [Test]
    public void A_password_is_replaced_by_what_only_the_key_can_make_of_it()
    {
        var request = new CreateUserRequest { RequestId = "1", Password = "correct horse" };

        var seen = Fingerprint.Of(request);

        Assert.That(request.Password, Is.EqualTo("correct horse"), "the request itself stays as it is");
        Assert.That(seen.Password, Does.Match("^[0-9a-f]{64}$").And.EqualTo(Fingerprint.Of(request).Password));
        Assert.That(new RequestFingerprint(new MasterKey([1, .. new byte[31]])).Of(request).Password, Is.Not.EqualTo(seen.Password));
        Assert.That(Fingerprint.Of(new CreateUserRequest(request) { Password = "another horse" }).Password, Is.Not.EqualTo(seen.Password));
        Assert.That(seen.RequestId, Is.EqualTo("1"));
    }

    [Test]
    public void Both_passwords_of_a_change_are_replaced()
    {
        var seen = Fingerprint.Of(new ChangePasswordRequest { CurrentPassword = "correct horse", NewPassword = "battery staple" });

        Assert.That(new[] { seen.CurrentPassword, seen.NewPassword }, Is.Unique.And.All.Match("^[0-9a-f]{64}$"));
    }
}
