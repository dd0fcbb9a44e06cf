using FluentAssertions;
using Xunit;

namespace Pipeline.Steps;

public sealed class CallContextTests
{
    [Fact]
    public void Without_tenancy_the_tenant_is_default()
    {
        CallContext.Current.Should().BeSameAs(CallContext.Default);
        CallContext.Default.Tenant.Should().Be("default");
        CallContext.Default.Baggage.Should().BeEmpty();
    }

    [Fact]
    public async Task A_context_is_current_across_awaits_until_its_scope_ends()
    {
        var outer = new CallContext { Tenant = "acme" };
        var inner = outer with { RequestId = "r-1" };
        using (CallContext.Use(outer))
        {
            using (CallContext.Use(inner))
            {
                await Task.Yield();
                CallContext.Current.Should().BeSameAs(inner);
                (await Task.Run(() => CallContext.Current)).Should().BeSameAs(inner);
            }

            CallContext.Current.Should().BeSameAs(outer);
        }

        CallContext.Current.Should().BeSameAs(CallContext.Default);
    }

    [Fact]
    public void Using_the_current_context_again_changes_nothing()
    {
        var context = new CallContext { Tenant = "acme" };
        using (CallContext.Use(context))
        {
            CallContext.Use(context).Dispose();
            CallContext.Current.Should().BeSameAs(context);
        }
    }

    [Fact]
    public void A_bad_name_is_refused_by_the_property_that_gets_it()
    {
        foreach (var name in new[] { "", "a\nb", new string('x', 513), "\ud800" })
        {
            Refused(() => new CallContext { Tenant = name }, "Tenant");
            Refused(() => new CallContext { User = name }, "User");
            Refused(() => new CallContext { RequestId = name }, "RequestId");
            Refused(() => new CallContext { Baggage = new Dictionary<string, string>(StringComparer.Ordinal) { [name] = "x" } }, "Baggage");
        }

        static void Refused(Func<CallContext> make, string property) =>
            make.Should().Throw<ArgumentException>().Which.ParamName.Should().Be(property);
    }

    [Fact]
    public void Null_is_refused_where_it_makes_no_sense()
    {
        FluentActions.Invoking(() => new CallContext { Tenant = null! }).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new CallContext { Baggage = null! }).Should().Throw<ArgumentNullException>();
        FluentActions.Invoking(() => new CallContext { Baggage = new Dictionary<string, string>(StringComparer.Ordinal) { ["a"] = null! } })
            .Should().Throw<ArgumentException>().WithMessage("*'a' is null*");
        FluentActions.Invoking(() => CallContext.Use(null!)).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Baggage_is_copied()
    {
        var items = new Dictionary<string, string>(StringComparer.Ordinal) { ["region"] = "eu" };
        var context = new CallContext { Baggage = items };
        items["region"] = "us";
        context.Baggage["region"].Should().Be("eu");
    }

    [Fact]
    public void Its_text_holds_neither_user_nor_baggage()
    {
        var context = new CallContext
        {
            Tenant = "acme", User = "jane@example.com", RequestId = "r-1", Baggage = new Dictionary<string, string>(StringComparer.Ordinal) { ["k"] = "secret" },
        };
        context.ToString().Should().Be("tenant acme, request r-1");
    }
}
