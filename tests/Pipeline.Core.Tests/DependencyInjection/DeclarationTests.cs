using FluentAssertions;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Queues;
using Pipeline.Steps;
using Pipeline.Workers;
using Xunit;

namespace Pipeline.DependencyInjection;

public sealed class DeclarationTests
{
    private static readonly Dictionary<string, (Func<IPipelineBuilder, string, IPipelineBuilder> Declare, string Section)> Kinds = new(StringComparer.Ordinal)
    {
        ["queue"] = ((builder, name) => builder.AddQueue(name), "Queues"),
        ["typed queue"] = ((builder, name) => builder.AddQueue<Document>(name), "Queues"),
        ["step"] = ((builder, name) => builder.AddStep<int, int>(name, (value, _, _) => new ValueTask<int>(value)), "Steps"),
        ["chain"] = ((builder, name) => builder.AddChain<Document>(name, Pass), "Chains"),
        ["worker"] = ((builder, name) => builder.AddWorker("queue", "chain", name: name), "Workers"),
        ["worker of messages"] = ((builder, name) => builder.AddWorker<DelegateHandler>("queue", name: name), "Workers"),
        ["worker of a step"] = ((builder, name) => builder.AddStepWorker("queue", "step", name: name), "Workers"),
    };

    public static TheoryData<string> Names => [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_can_be_declared_once(string kind)
    {
        var (declare, section) = Kinds[kind];
        var builder = declare(new ServiceCollection().AddPipeline(), "documents");

        var act = () => declare(builder, "documents");

        act.Should().Throw<InvalidOperationException>()
            .WithMessage($"'documents' is declared twice in {section}. Remove one of the declarations, or give one another name.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_bad_name_is_refused_where_it_is_declared(string kind)
    {
        foreach (var (name, message) in new[] { ("", "*empty*"), ("a\tb", "*control character U+0009*"), (new string('x', 513), "*513 bytes*at most 512*") })
        {
            var act = () => Kinds[kind].Declare(new ServiceCollection().AddPipeline(), name);

            act.Should().Throw<ArgumentException>().WithMessage(message);
        }
    }

    [Fact]
    public void A_second_worker_on_a_queue_needs_a_name()
    {
        var builder = new ServiceCollection().AddPipeline().AddQueue("documents").AddWorker<DelegateHandler>("documents");

        var act = () => builder.AddWorker<DelegateHandler>("documents");

        act.Should().Throw<InvalidOperationException>().WithMessage("'documents' is declared twice in Workers.*");
        builder.AddWorker<DelegateHandler>("documents", name: "second");
    }

    [Fact]
    public void Things_of_different_kinds_can_share_a_name()
    {
        using var provider = Suite.Build(builder => builder
            .AddQueue<Document>("documents")
            .AddStep<Document, int>("documents", (_, _, _) => new ValueTask<int>(1))
            .AddChain<Document>("documents", Pass)
            .AddWorker("documents", "documents"));

        provider.StartPipelineAsync().IsCompletedSuccessfully.Should().BeTrue();
        provider.GetRequiredKeyedService<QueueWorker>("documents").QueueName.Should().Be("documents");
    }

    [Fact]
    public void What_there_is_one_of_is_taken_without_its_name()
    {
        using var provider = Suite.Build(builder => builder
            .AddQueue<Document>("documents")
            .AddQueue<string>("texts")
            .AddStep<Document, int>("count", (_, _, _) => new ValueTask<int>(1))
            .AddChain<Document>("ingest", Pass));

        provider.GetRequiredService<IQueue<Document>>().Should().BeSameAs(provider.GetRequiredKeyedService<IQueue<Document>>("documents"));
        provider.GetRequiredService<IStepRunner<Document, int>>().Name.Should().Be("count");
        provider.GetRequiredService<Chain<Document>>().Name.Should().Be("ingest");
    }

    [Fact]
    public void What_there_are_several_of_names_the_choices()
    {
        using var provider = Suite.Build(builder => builder
            .AddQueue<Document>("documents").AddQueue<Document>("images")
            .AddStep<Document, int>("count", (_, _, _) => new ValueTask<int>(1)).AddStep<Document, int>("weigh", (_, _, _) => new ValueTask<int>(1))
            .AddChain<Document>("ingest", Pass).AddChain<Document>("purge", Pass));

        var queue = () => provider.GetRequiredService<IQueue<Document>>();
        var step = () => provider.GetRequiredService<IStepRunner<Document, int>>();
        var chain = () => provider.GetRequiredService<Chain<Document>>();

        queue.Should().Throw<InvalidOperationException>().WithMessage("*IQueue*Document*any of 'documents', 'images'.*[FromKeyedServices(\"documents\")].");
        step.Should().Throw<InvalidOperationException>().WithMessage("*IStepRunner*any of 'count', 'weigh'.*");
        chain.Should().Throw<InvalidOperationException>().WithMessage("*Chain*any of 'ingest', 'purge'.*");
        provider.GetRequiredKeyedService<IQueue<Document>>("images").Untyped.Definition.Name.Should().Be("images");
    }

    private static void Pass(ChainBuilder<Document> chain) => chain.Then("pass", (item, _, _) => new(ChainResult.Continue(item)));
}
