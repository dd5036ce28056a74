using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Security;

namespace Suite.Tests.Component.Users;

internal sealed class ListUsersTests : UserFixture
{
    private static readonly string[] Emails = ["Dora@example.com", "ada@example.com", "Bob@example.com", "carl@example.com", "eve@example.com"];

    [SetUp]
    public async Task CreateAsync()
    {
        foreach (var email in Emails)
        {
            await Room.CreateAsync(email);
        }
    }

    [TestCase("", new[] { 4, 3, 2, 1, 0 })]
    [TestCase("create_time desc", new[] { 4, 3, 2, 1, 0 })]
    [TestCase("create_time", new[] { 0, 1, 2, 3, 4 })]
    [TestCase("email", new[] { 1, 2, 3, 0, 4 })]
    [TestCase(" email  desc ", new[] { 4, 0, 3, 2, 1 })]
    public async Task Pages_walk_all_users_once_in_the_order_asked_for(string orderBy, int[] expected)
    {
        var request = new ListUsersRequest { PageSize = 2, OrderBy = orderBy };
        var emails = new List<string>();
        do
        {
            var page = await ListAsync(request);
            Assert.That(page.Users, Has.Count.LessThanOrEqualTo(2));
            emails.AddRange(page.Users.Select(u => u.Email));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.That(emails, Is.EqualTo(expected.Select(i => Emails[i])));
    }

    [Test]
    public async Task Users_of_one_instant_are_each_listed_once()
    {
        await Room.ExecuteAsync("UPDATE users SET create_time = '2026-01-31T12:00:00Z'");

        var first = await ListAsync(new ListUsersRequest { PageSize = 3 });
        var second = await ListAsync(new ListUsersRequest { PageSize = 3, PageToken = first.NextPageToken });

        Assert.That(first.Users.Concat(second.Users).Select(u => u.Email), Is.EquivalentTo(Emails));
    }

    [Test]
    public async Task Addresses_states_and_times_filter_and_who_is_deleted_is_not_listed()
    {
        var all = await ListAsync(new ListUsersRequest());
        await Room.SuspendAsync(all.Users[0].Name);
        await Room.DeleteAsync(all.Users[1].Name);

        Assert.That(await EmailsAsync("email = \"ADA@EXAMPLE.com\""), Is.EqualTo(new[] { "ada@example.com" }));
        Assert.That(await EmailsAsync("state = SUSPENDED"), Is.EqualTo(new[] { "eve@example.com" }));
        Assert.That(await EmailsAsync("state = DELETED"), Is.Empty);
        Assert.That(await EmailsAsync("state = ACTIVE AND email != bob@example.com"), Is.EqualTo(new[] { "ada@example.com", "Dora@example.com" }));
        Assert.That(await EmailsAsync("create_time > \"2100-01-01T00:00:00Z\""), Is.Empty);
        Assert.That(await EmailsAsync(string.Empty), Has.Length.EqualTo(4));
    }

    [TestCase("email == x", "6")]
    [TestCase("state = ACTIVE OR state = SUSPENDED", "15")]
    [TestCase("state = ACTIVE AND password = x", "19")]
    [TestCase("email > a", "0")]
    [TestCase("email = \"x", "8")]
    public async Task A_filter_that_does_not_parse_is_refused_with_the_position(string filter, string position)
    {
        var error = await RefusedAsync(() => ListAsync(new ListUsersRequest { Filter = filter }), ErrorReason.FilterInvalid);

        Assert.That(error.Details["position"], Is.EqualTo(position));
    }

    [Test]
    public async Task Another_order_and_a_token_of_another_query_order_or_caller_are_refused()
    {
        var page = await ListAsync(new ListUsersRequest { PageSize = 1, OrderBy = "email" });
        var other = UserRoom.SignedIn("users/0197c1f0-5b3e-7c3a-9d1e-2f4a6b8c0d1e");

        var order = await RefusedAsync(() => ListAsync(new ListUsersRequest { OrderBy = "display_name" }), ErrorReason.InvalidRequest);
        Assert.That(order.Fields.Single().Field, Is.EqualTo("order_by"));
        await RefusedAsync(() => ListAsync(new ListUsersRequest { OrderBy = "email desc", PageToken = page.NextPageToken }), ErrorReason.PageTokenInvalid);
        await RefusedAsync(() => ListAsync(new ListUsersRequest { OrderBy = "email", Filter = "state = ACTIVE", PageToken = page.NextPageToken }), ErrorReason.PageTokenInvalid);
        await RefusedAsync(() => ListAsync(new ListUsersRequest { OrderBy = "email", PageToken = page.NextPageToken }, other), ErrorReason.PageTokenInvalid);
        Assert.That(System.Text.Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(page.NextPageToken)), Does.Not.Contain("ada"));
        Assert.That((await ListAsync(new ListUsersRequest { OrderBy = " email", PageToken = page.NextPageToken })).Users[0].Email, Is.EqualTo("Bob@example.com"));
    }

    private async Task<string[]> EmailsAsync(string filter) =>
        [.. (await ListAsync(new ListUsersRequest { Filter = filter, OrderBy = "email" })).Users.Select(u => u.Email)];

    private Task<ListUsersResponse> ListAsync(ListUsersRequest request, Caller? caller = null) =>
        Room.Service.ListUsers(request, UserRoom.Call(caller ?? UserRoom.Backend, request));
}
