using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance.Learning.FaultInjection;
using Xunit;

namespace Pipeline.Learning;

/// <summary>What stands around the store of a suite: embeddings, degraded recalls, metrics.</summary>
public sealed class SuiteLearningStoreTests : IDisposable
{
    private static readonly LearningFilter All = new() { Tenant = "default" };

    private static readonly Dictionary<string, Action<FakeEmbeddingGenerator>> Faults = new(StringComparer.Ordinal)
    {
        ["throws"] = generator => generator.Failure = new InvalidOperationException("no credit"),
        ["cancels by itself"] = generator => generator.Failure = new OperationCanceledException(),
        ["gives NaN"] = generator => generator.Embed = _ => [1, float.NaN],
        ["gives infinity"] = generator => generator.Embed = _ => [1, float.PositiveInfinity],
        ["gives zeros"] = generator => generator.Embed = _ => [0, 0],
        ["gives nothing"] = generator => generator.Embed = _ => [],
        ["leaves one out"] = generator => generator.MissingAnswers = 1,
    };

    private readonly FakeEmbeddingGenerator _generator = new();

    public static TheoryData<string> BrokenGenerators => [.. Faults.Keys];

    public void Dispose() => _generator.Dispose();

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task Findings_and_texts_are_embedded_by_the_hosts_generator()
    {
        await using var host = new LearningHost(generator: _generator);
        await host.Store.RecordAsync([host.Record("The call ran out of time."), host.Record("The key was wrong.")]);

        var result = await host.Store.RecallAsync(new RecallQuery { Filter = All, Text = "A timeout?" });

        var match = result.Matches.Should().ContainSingle().Subject;
        (match.Basis, match.Learning.Record.Finding).Should().Be((RecallBasis.Embedding, "The call ran out of time."));
        _generator.Calls.Should().HaveCount(2);
        _generator.Calls[0].Should().HaveCount(2, "a batch is one call");
        host.Measurements.Of("pipeline.learning.recalls").Should().Equal((1, "pipeline.outcome=found"));
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task What_has_an_embedding_is_not_embedded_again()
    {
        await using var host = new LearningHost(generator: _generator);
        var own = new LearningEmbedding("own", new float[] { 1, 2, 3 });

        await host.Store.RecordAsync(host.Record("time") with { Embedding = own });
        var result = await host.Store.RecallAsync(new RecallQuery { Filter = All, Text = "key", Embedding = own });
        await host.Store.RecallAsync(new RecallQuery { Filter = All });

        result.Matches.Should().ContainSingle();
        _generator.Calls.Should().BeEmpty();
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task Without_a_generator_a_recall_goes_by_words_and_filters()
    {
        await using var host = new LearningHost();
        await host.Store.RecordAsync(host.Record("The call ran out of time."));

        (await host.Store.RecallAsync(new RecallQuery { Filter = All, Text = "time" })).Matches.Should().ContainSingle().Which.Basis.Should().Be(RecallBasis.Text);
        (await host.Store.RecallAsync(new RecallQuery { Filter = All })).Matches.Should().ContainSingle().Which.Basis.Should().Be(RecallBasis.Filter);
    }

    [Theory(Timeout = LearningHost.TimeLimit)]
    [MemberData(nameof(BrokenGenerators))]
    public async Task A_generator_that_fails_costs_the_embedding_only(string what)
    {
        await using var host = new LearningHost(generator: _generator);
        Faults[what](_generator);

        await host.Store.RecordAsync(host.Record("The call ran out of time."));
        var result = await host.Store.RecallAsync(new RecallQuery { Filter = All, Text = "time" });

        result.Matches.Should().ContainSingle(what).Which.Basis.Should().Be(RecallBasis.Text);
        result.IsDegraded.Should().BeFalse();
        host.Measurements.Of("pipeline.learning.failures").Should().Equal((1, "pipeline.learning.operation=embed"), (1, "pipeline.learning.operation=embed"));
        host.Logs.Entries.Select(entry => entry.Id).Should().Contain([6010, 6011]);
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_generator_that_hangs_is_waited_for_within_its_budget()
    {
        await using var host = new LearningHost(generator: _generator);
        await host.Inner.RecordAsync(host.Record("The call ran out of time."));
        var gate = new TaskCompletionSource();
        _generator.Gate = gate.Task;

        var recall = host.Store.RecallAsync(new RecallQuery { Filter = All, Text = "time" }).AsTask();
        await host.Clock.TimerSetAsync(TimeSpan.FromMilliseconds(500));
        host.Clock.Advance(TimeSpan.FromMilliseconds(499));
        recall.IsCompleted.Should().BeFalse();
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));

        (await recall).Matches.Should().ContainSingle().Which.Basis.Should().Be(RecallBasis.Text);
        gate.SetResult();
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_caller_who_gives_up_while_the_generator_hangs_is_let_go()
    {
        await using var host = new LearningHost(generator: _generator);
        var gate = new TaskCompletionSource();
        _generator.Gate = gate.Task;
        using var cancellation = new CancellationTokenSource();

        var recall = host.Store.RecallAsync(new RecallQuery { Filter = All, Text = "time" }, cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await FluentActions.Awaiting(() => recall).Should().ThrowAsync<OperationCanceledException>();
        gate.SetResult();
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task The_model_is_the_one_that_the_generator_names_of_itself_or_in_its_answers()
    {
        var nameless = new FakeEmbeddingGenerator(model: null) { ModelOfAnswers = "answered" };
        await using var host = new LearningHost(generator: nameless);
        await host.Store.RecordAsync(host.Record("time"));

        async Task<int> CountAsync(string model) => (await host.Inner.RecallAsync(
            new RecallQuery { Filter = All, Embedding = new LearningEmbedding(model, new float[] { 1, 0.1f }) })).Matches.Count;

        (await CountAsync("answered")).Should().Be(1);
        nameless.ModelOfAnswers = null;
        await host.Store.RecordAsync(host.Record("another time"));
        (await CountAsync("answered")).Should().Be(1);
        host.Logs.Entries.Should().Contain(entry => entry.Id == 6010);
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_recall_that_fails_is_degraded_and_counted()
    {
        await using var host = new LearningHost();
        host.Faults.FailBefore(LearningCall.Recall);
        host.Faults.FailBefore(LearningCall.Recall, exception: new InvalidOperationException("a backend that breaks its promise"));

        var byContract = await host.Store.RecallAsync(new RecallQuery { Filter = All });
        var byBreach = await host.Store.RecallAsync(new RecallQuery { Filter = All });
        var empty = await host.Store.RecallAsync(new RecallQuery { Filter = All });

        byContract.Should().BeSameAs(RecallResult.Degraded);
        byBreach.Should().BeSameAs(RecallResult.Degraded);
        empty.IsDegraded.Should().BeFalse();
        host.Measurements.Of("pipeline.learning.recalls").Select(one => one.Tags)
            .Should().Equal("pipeline.outcome=degraded", "pipeline.outcome=degraded", "pipeline.outcome=empty");
        host.Logs.Entries.Should().ContainSingle(entry => entry.Id == 6000);
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task Everything_else_that_fails_throws()
    {
        await using var host = new LearningHost();
        var id = await host.Store.RecordAsync(host.Record("time"));
        foreach (var call in Enum.GetValues<LearningCall>())
        {
            host.Faults.FailBefore(call);
        }

        foreach (var call in new Func<Task>[]
        {
            () => host.Store.RecordAsync(host.Record("x")).AsTask(), () => host.Store.GetAsync("default", id).AsTask(), () => host.Store.QueryAsync(All).AsTask(),
            () => host.Store.OutcomesAsync(All).AsTask(), () => host.Store.ForgetAsync(All).AsTask(), () => host.Store.ForgetEmbeddingsAsync("default", "m").AsTask(),
            () => host.Store.ExpireAsync().AsTask(),
            () => host.Store.ReportOutcomeAsync(new OutcomeReport { Tenant = "default", LearningId = id, FollowUpId = "f", Outcome = LearningOutcome.Worse }).AsTask(),
        })
        {
            await call.Should().ThrowAsync<BackendUnavailableException>();
        }
    }

    [Fact(Timeout = LearningHost.TimeLimit)]
    public async Task A_recalled_learning_is_reported_on_by_itself()
    {
        await using var host = new LearningHost();
        await host.Store.RecordAsync(host.Record("time"));
        var recalled = (await host.Store.RecallAsync(new RecallQuery { Filter = All })).Matches[0].Learning;

        (await host.Store.ReportOutcomeAsync(recalled, "f-1", LearningOutcome.Improved, "It did.")).Should().BeTrue();

        var now = await host.Store.GetAsync("default", recalled.Id);
        (now!.Outcome, now.FollowUpId, now.Notes).Should().Be((LearningOutcome.Improved, "f-1", "It did."));
        (await host.Store.OutcomesAsync(All)).Should().ContainSingle().Which.Outcomes.Improved.Should().Be(1);
        await host.Store.ForgetAsync(All);
        (await host.Store.ReportOutcomeAsync(recalled, "f-2", LearningOutcome.Improved)).Should().BeFalse();
    }
}
