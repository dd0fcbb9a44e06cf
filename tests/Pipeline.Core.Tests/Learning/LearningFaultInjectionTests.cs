using FluentAssertions;
using Pipeline.Backends;
using Pipeline.Conformance.Learning.FaultInjection;
using Xunit;

namespace Pipeline.Learning;

public sealed class LearningFaultInjectionTests : IDisposable
{
    private static readonly LearningFilter All = new() { Tenant = "acme" };

    private readonly LearningFaults _faults = new();
    private readonly InMemoryLearningStore _inner = new();
    private readonly FaultInjectingLearningStore _store;

    public LearningFaultInjectionTests() => _store = new(_inner, _faults);

    public void Dispose() => _inner.Dispose();

    [Fact]
    public async Task A_call_that_fails_before_takes_no_effect_and_one_that_fails_after_does()
    {
        _faults.FailBefore(LearningCall.Record);
        _faults.FailAfter(LearningCall.Record, exception: new TimeoutException());

        await FluentActions.Awaiting(() => _store.RecordAsync(SnapshotSamples.Plain).AsTask()).Should().ThrowAsync<BackendUnavailableException>();
        (await _inner.QueryAsync(All)).Items.Should().BeEmpty();
        await FluentActions.Awaiting(() => _store.RecordAsync(SnapshotSamples.Plain).AsTask()).Should().ThrowAsync<TimeoutException>();
        (await _inner.QueryAsync(All)).Items.Should().ContainSingle();

        await _store.RecordAsync(SnapshotSamples.Plain);
        (await _inner.QueryAsync(All)).Items.Should().ContainSingle("a call whose answer was lost may be repeated");
    }

    [Theory]
    [InlineData(LearningCall.Record)]
    [InlineData(LearningCall.ReportOutcome)]
    [InlineData(LearningCall.Outcomes)]
    [InlineData(LearningCall.Get)]
    [InlineData(LearningCall.Query)]
    [InlineData(LearningCall.Forget)]
    [InlineData(LearningCall.ForgetEmbeddings)]
    [InlineData(LearningCall.Expire)]
    public async Task Each_call_has_faults_of_its_own(LearningCall call)
    {
        _faults.FailBefore(call);

        foreach (var other in Enum.GetValues<LearningCall>().Where(other => other != call))
        {
            await Calling(other).Should().NotThrowAsync();
        }

        await Calling(call).Should().ThrowAsync<BackendUnavailableException>().WithMessage($"*learning store {call}*");
        await Calling(call).Should().NotThrowAsync();
    }

    [Fact]
    public async Task A_recall_whose_backend_is_away_is_degraded_and_another_fault_is_thrown()
    {
        _faults.FailBefore(LearningCall.Recall);
        _faults.FailBefore(LearningCall.Recall, exception: new TimeoutException());

        (await _store.RecallAsync(new RecallQuery { Filter = All })).Should().BeSameAs(RecallResult.Degraded);
        await Calling(LearningCall.Recall).Should().ThrowAsync<TimeoutException>();
        (await _store.RecallAsync(new RecallQuery { Filter = All })).IsDegraded.Should().BeFalse();
    }

    [Fact]
    public async Task A_call_waits_at_its_gate()
    {
        var gate = _faults.Hold(LearningCall.Get);
        var call = _store.GetAsync("acme", default).AsTask();
        await gate.Reached;
        call.IsCompleted.Should().BeFalse();

        gate.Open();

        (await call).Should().BeNull();
    }

    private Func<Task> Calling(LearningCall call) => call switch
    {
        LearningCall.Record => () => _store.RecordAsync(SnapshotSamples.Plain).AsTask(),
        LearningCall.Recall => () => _store.RecallAsync(new RecallQuery { Filter = All }).AsTask(),
        LearningCall.ReportOutcome => () => _store.ReportOutcomeAsync(new OutcomeReport { Tenant = "acme", LearningId = default, FollowUpId = "f", Outcome = LearningOutcome.Worse }).AsTask(),
        LearningCall.Outcomes => () => _store.OutcomesAsync(All).AsTask(),
        LearningCall.Get => () => _store.GetAsync("acme", default).AsTask(),
        LearningCall.Query => () => _store.QueryAsync(All).AsTask(),
        LearningCall.Forget => () => _store.ForgetAsync(All).AsTask(),
        LearningCall.ForgetEmbeddings => () => _store.ForgetEmbeddingsAsync("acme", "small").AsTask(),
        _ => () => _store.ExpireAsync().AsTask(),
    };
}
