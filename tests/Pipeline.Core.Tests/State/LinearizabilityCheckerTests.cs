using FluentAssertions;
using Pipeline.Conformance.State.Linearizability;
using Xunit;

namespace Pipeline.State;

/// <summary>The judge is known to condemn: each test feeds it a history that a faulty store would leave.</summary>
public sealed class LinearizabilityCheckerTests
{
    private readonly List<HistoryCall<RegisterOperation>> _history = [];

    [Fact]
    public void An_empty_history_and_one_in_order_are_acquitted()
    {
        IsLinearizable.Should().BeTrue();

        Write(0, 1, expected: 0, version: 5);
        Get(2, 3, version: 5);
        Write(4, 5, expected: 5, version: 9);
        Conflict(6, 7, expected: 5, seen: 9);
        Delete(8, 9, expected: 9, isDone: true);
        Get(10, 11, version: 0);
        IsLinearizable.Should().BeTrue();
    }

    [Fact]
    public void Calls_at_the_same_time_may_take_place_in_any_order()
    {
        Get(0, 9, version: 7);
        Get(1, 8, version: 0);
        Write(2, 7, expected: 0, version: 7);

        IsLinearizable.Should().BeTrue();
    }

    [Fact]
    public void Two_that_win_the_same_race_are_found()
    {
        Write(0, 3, expected: 0, version: 1);
        Write(1, 2, expected: 0, version: 2);

        IsLinearizable.Should().BeFalse();
    }

    [Fact]
    public void A_stale_read_is_found()
    {
        Write(0, 1, expected: 0, version: 1);
        Write(2, 3, expected: 1, version: 2);
        Get(4, 5, version: 1);

        IsLinearizable.Should().BeFalse();
    }

    [Fact]
    public void Two_reads_that_saw_two_writes_in_different_orders_are_found()
    {
        Write(0, 20, expected: 0, version: 1);
        Write(1, 21, expected: 1, version: 2);
        Get(2, 3, version: 2);
        Get(4, 5, version: 1);

        IsLinearizable.Should().BeFalse();
    }

    [Fact]
    public void A_refusal_without_a_reason_is_found()
    {
        Write(0, 1, expected: 0, version: 1);
        Conflict(2, 3, expected: 1, seen: 1);

        IsLinearizable.Should().BeFalse();
    }

    [Fact]
    public void A_deletion_that_two_did_is_found()
    {
        Write(0, 1, expected: 0, version: 1);
        Delete(2, 5, expected: 0, isDone: true);
        Delete(3, 4, expected: 1, isDone: true);

        IsLinearizable.Should().BeFalse();
    }

    [Fact]
    public void A_call_without_an_answer_took_effect_or_not()
    {
        _history.Add(new(0, long.MaxValue, new RegisterOperation(RegisterOperationKind.Write, 0, IsDone: true, 1)));
        Get(1, 2, version: 0);
        IsLinearizable.Should().BeTrue();

        Get(3, 4, version: 1);
        IsLinearizable.Should().BeTrue();

        Get(5, 6, version: 0);
        IsLinearizable.Should().BeFalse();
    }

    [Fact]
    public void A_history_that_is_too_long_is_refused()
    {
        for (var i = 0; i <= LinearizabilityChecker.MaxCalls; i++)
        {
            Get(i * 2, (i * 2) + 1, version: 0);
        }

        var act = () => IsLinearizable;

        act.Should().Throw<ArgumentException>();
    }

    private bool IsLinearizable => LinearizabilityChecker.IsLinearizable(_history, RegisterState.None, RegisterState.Next);

    private void Get(long begun, long ended, long version) => Add(begun, ended, RegisterOperationKind.Get, 0, isDone: false, version);

    private void Write(long begun, long ended, long expected, long version) => Add(begun, ended, RegisterOperationKind.Write, expected, isDone: true, version);

    private void Conflict(long begun, long ended, long expected, long seen) => Add(begun, ended, RegisterOperationKind.Write, expected, isDone: false, seen);

    private void Delete(long begun, long ended, long expected, bool isDone) => Add(begun, ended, RegisterOperationKind.Delete, expected, isDone, 0);

    private void Add(long begun, long ended, RegisterOperationKind kind, long expected, bool isDone, long seen) =>
        _history.Add(new(begun, ended, new RegisterOperation(kind, expected, isDone, seen)));
}
