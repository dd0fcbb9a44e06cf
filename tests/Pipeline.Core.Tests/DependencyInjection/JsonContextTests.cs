using System.Text;
using System.Text.Json;
using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.DependencyInjection;

public sealed class JsonContextTests
{
    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_context_says_how_its_types_are_written()
    {
        (await BodyOfAsync(builder => builder.UseJson(SnakeCaseContext.Default))).Should().Be("""{"full_name":"a"}""");
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task It_is_used_also_if_it_is_given_after_the_queue()
    {
        var services = new ServiceCollection();
        services.AddPipeline().AddQueue<Person>("people").UseJson(SnakeCaseContext.Default);
        await using var provider = services.BuildServiceProvider();

        (await BodyOfAsync(provider)).Should().Be("""{"full_name":"a"}""");
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task The_first_context_that_knows_a_type_serves_it()
    {
        (await BodyOfAsync(builder => builder.UseJson(SnakeCaseContext.Default, PlainContext.Default))).Should().Be("""{"full_name":"a"}""");
        (await BodyOfAsync(builder => builder.UseJson(PlainContext.Default).UseJson(SnakeCaseContext.Default))).Should().Be("""{"FullName":"a"}""");
    }

    [Fact(Timeout = WorkerHost.TimeLimit)]
    public async Task A_type_that_no_context_knows_is_written_as_the_web_does_where_reflection_is_on()
    {
        JsonSerializer.IsReflectionEnabledByDefault.Should().BeTrue("it is in tests");

        (await BodyOfAsync(_ => { })).Should().Be("""{"fullName":"a"}""");
    }

    [Fact]
    public void No_contexts_are_an_error()
    {
        var act = () => new ServiceCollection().AddPipeline().UseJson(null!);

        act.Should().Throw<ArgumentNullException>().WithParameterName("contexts");
    }

    private static async Task<string> BodyOfAsync(Action<IPipelineBuilder> configure)
    {
        await using var provider = Suite.Build(builder =>
        {
            configure(builder);
            builder.AddQueue<Person>("people");
        });
        return await BodyOfAsync(provider);
    }

    private static async Task<string> BodyOfAsync(IServiceProvider provider)
    {
        var queue = provider.GetRequiredService<IQueue<Person>>();
        await queue.EnqueueAsync(new Person("a"));
        var received = await queue.Untyped.ReceiveAsync(1, QueueLimits.MaxLease, TimeSpan.Zero);
        return Encoding.UTF8.GetString(received[0].Message.Body.Span);
    }
}
