using NUnit.Framework;
using Suite.Client;
using Suite.Contracts.Orders.V1;

namespace Suite.Tests.Unit.Client;

internal sealed class ListTests
{
    private Shop _shop = null!;

    [SetUp]
    public void Fill()
    {
        _shop = new Shop();
        for (var i = 0; i < 24; i++)
        {
            _shop.Fake.AddProduct($"p{i:00}", i);
        }
    }

    [TearDown]
    public void Close() => _shop.Dispose();

    [Test]
    public async Task Items_come_one_after_the_other_over_all_pages()
    {
        var names = new List<string>();
        await foreach (var product in _shop.Client.Products.List(new SuiteListOptions { PageSize = 10 }))
        {
            names.Add(product.Name);
        }

        Assert.That(names, Is.EqualTo(_shop.Fake.Products.Select(p => p.Name)));
        Assert.That(Sizes(), Is.EqualTo(new[] { 10, 10, 10 }));
    }

    [Test]
    public async Task What_is_wanted_and_what_travels_at_once_are_different_things()
    {
        var pages = new List<SuitePage<Product>>();
        await foreach (var page in _shop.Client.Products.List(new SuiteListOptions { PageSize = 10, MaxItems = 13 }).AsPages())
        {
            pages.Add(page);
        }

        Assert.That(pages.Select(p => p.Items.Count), Is.EqualTo(new[] { 10, 3 }));
        Assert.That(Sizes(), Is.EqualTo(new[] { 10, 3 }));

        var rest = new List<Product>();
        await foreach (var product in _shop.Client.Products.List(new SuiteListOptions { PageToken = pages[^1].NextPageToken }))
        {
            rest.Add(product);
        }

        Assert.That(rest.Select(p => p.Name), Is.EqualTo(_shop.Fake.Products.Skip(13).Select(p => p.Name)), "the token goes on behind the last item");
    }

    [Test]
    public async Task Nothing_is_asked_before_it_is_wanted()
    {
        var list = _shop.Client.Products.List(new SuiteListOptions { PageSize = 5 });
        Assert.That(_shop.Fake.Calls, Is.Empty);

        await foreach (var _ in list)
        {
            break;
        }

        Assert.That(_shop.Fake.Calls, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task None_wanted_is_none_asked()
    {
        await foreach (var _ in _shop.Client.Products.List(new SuiteListOptions { MaxItems = 0 }))
        {
            Assert.Fail("Nothing was wanted.");
        }

        Assert.That(_shop.Fake.Calls, Is.Empty);
    }

    [Test]
    public async Task A_service_that_repeats_its_token_does_not_hold_the_caller_for_ever()
    {
        var page = new ListProductsResponse { Products = { new Product() }, NextPageToken = "again" };
        _shop.Fake.ReplyNext("ListProducts", page, times: 3);

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var _ in _shop.Client.Products.List())
            {
            }
        });
    }

    [Test]
    public async Task A_list_can_be_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var error = await Assert.CatchAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in _shop.Client.Products.List(new SuiteListOptions { PageSize = 1 }).WithCancellation(cancel.Token))
            {
                await cancel.CancelAsync();
            }
        });

        Assert.That(error!.CancellationToken, Is.EqualTo(cancel.Token));
    }

    [Test]
    public async Task A_filter_travels_with_every_page()
    {
        using var shop = new Shop();
        for (var i = 0; i < 6; i++)
        {
            await shop.Client.Orders.CreateAsync(shop.Order(paymentMethod: i % 2 == 0 ? "tok_visa" : "tok_declined"));
        }

        var states = new List<Order.Types.State>();
        await foreach (var order in shop.Client.Orders.List("state = REJECTED", new SuiteListOptions { PageSize = 2 }))
        {
            states.Add(order.State);
        }

        Assert.That(states, Is.EqualTo(Enumerable.Repeat(Order.Types.State.Rejected, 3)));
    }

    [TestCase(0)]
    [TestCase(-1)]
    public void A_page_size_below_one_is_refused(int size) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _shop.Client.Products.List(new SuiteListOptions { PageSize = size }));

    private IEnumerable<int> Sizes() => _shop.CallsOf("ListProducts").Select(c => ((ListProductsRequest)c.Requests[0]).PageSize);
}
