using FluentAssertions;
using Pipeline.Conformance.Queues.History;
using Xunit;
using static Pipeline.Conformance.Queues.History.HistoryEventKind;

namespace Pipeline.Queues;

/// <summary>The judge is known to condemn: each test feeds it a history that a faulty queue would leave.</summary>
public partial class HistoryCheckerTests
{
    private readonly List<HistoryEvent> _events = [];
    private readonly Guid _message = Guid.NewGuid();
    private long _moment;

    [Fact]
    public void A_history_in_which_all_went_well_is_acquitted()
    {
        Enqueue(_message, max: 4);
        Deliver(_message, 1, Failed);
        Deliver(_message, 2, Deferred);
        Deliver(_message, 3, Returned);
        Deliver(_message, 4, LeaseRanOut);
        Deliver(_message, 7, Unknown);
        Deliver(_message, 9, Completed);
        Add(Refused, _message, 4);

        Problems().Should().BeEmpty();
    }

    [Fact]
    public void A_lost_message_is_found()
    {
        Enqueue(_message);
        Deliver(_message, 1, Failed);

        Problems().Should().ContainSingle().Which.Should().Contain("lost");
    }

    [Fact]
    public void A_message_that_was_never_acknowledged_may_be_missing()
    {
        Add(Enqueuing, _message);

        Problems().Should().BeEmpty();
    }

    [Fact]
    public void A_message_whose_completion_has_no_answer_may_be_done()
    {
        Enqueue(_message);
        Deliver(_message, 1, Unknown);

        Problems().Should().BeEmpty();
    }

    [Fact]
    public void A_message_that_a_killed_process_held_may_be_done_or_come_again()
    {
        Enqueue(_message);
        Add(Received, _message, 1, "killed");
        Add(ProcessKilled, Guid.Empty, 0, "killed");
        Problems().Should().BeEmpty();

        Deliver(_message, 2, Completed);
        Problems().Should().BeEmpty();
    }

    [Fact]
    public void A_message_that_came_from_nowhere_is_found()
    {
        Deliver(_message, 1, Completed);

        Problems().Should().ContainSingle().Which.Should().Contain("nowhere");
    }

    [Fact]
    public void A_delivery_after_the_completion_is_found()
    {
        Enqueue(_message);
        Deliver(_message, 1, Completed);
        Deliver(_message, 2, LeaseRanOut);

        Problems().Should().ContainSingle().Which.Should().Contain("after its completion");
    }

    [Fact]
    public void A_token_that_is_used_twice_is_found()
    {
        Enqueue(_message);
        Deliver(_message, 1, LeaseRanOut);
        Add(Received, _message, 1);
        Deliver(_message, 2, Completed);

        Problems().Should().Contain(problem => problem.Contains("twice under token 1"));
    }

    [Fact]
    public void A_token_that_falls_is_found()
    {
        Enqueue(_message);
        Deliver(_message, 5, Failed);
        Deliver(_message, 4, Failed);
        Add(Dead, _message);

        Problems().Should().Contain(problem => problem.Contains("lower"));
    }

    [Fact]
    public void Tokens_of_deliveries_that_overlap_have_no_order_in_time()
    {
        Enqueue(_message);
        var began = ++_moment;
        Deliver(_message, 2, Completed);
        _events.Add(Event(Received, _message, 1) with { Began = began });
        Add(LeaseRanOut, _message, 1);

        Problems().Should().BeEmpty();
    }

    [Fact]
    public void A_stale_completion_that_is_accepted_is_found()
    {
        Enqueue(_message);
        Deliver(_message, 1, LeaseRanOut);
        Add(Received, _message, 2);
        Add(Completed, _message, 1);
        Add(Refused, _message, 2);

        Problems().Should().Contain(problem => problem.Contains("stale call (Completed)"))
            .And.Contain(problem => problem.Contains("lease had run out"));
    }

    [Fact]
    public void A_stale_abandonment_that_is_accepted_is_found()
    {
        Enqueue(_message);
        Deliver(_message, 1, LeaseRanOut);
        Add(Received, _message, 2);
        Add(Failed, _message, 1);
        Add(Completed, _message, 2);

        Problems().Should().Contain(problem => problem.Contains("stale call (Failed)"));
    }

    [Fact]
    public void Two_completions_are_found()
    {
        Enqueue(_message);
        Deliver(_message, 1, Completed);
        Add(Completed, _message, 1);

        Problems().Should().Contain(problem => problem.Contains("completed 2 times"));
    }

    [Fact]
    public void A_duplicate_without_a_reason_is_found()
    {
        Enqueue(_message);
        Add(Received, _message, 1);
        Deliver(_message, 2, Completed);

        Problems().Should().ContainSingle().Which.Should().Contain("nothing had ended its delivery under token 1");
    }

    [Fact]
    public void A_call_that_is_refused_while_the_lease_is_held_is_found()
    {
        Enqueue(_message);
        Deliver(_message, 1, Refused);
        Add(Dead, _message);

        Problems().Should().Contain(problem => problem.Contains("refused under token 1"));
    }

    [Fact]
    public void A_death_too_early_is_found()
    {
        Enqueue(_message, max: 3);
        Deliver(_message, 1, Failed);
        Deliver(_message, 2, LeaseRanOut);
        Add(Dead, _message);

        Problems().Should().ContainSingle().Which.Should().Contain("dead after 2 failures and crashes of 3");
    }

    [Fact]
    public void A_death_that_did_not_come_is_found()
    {
        Enqueue(_message, max: 2);
        Deliver(_message, 1, Failed);
        Deliver(_message, 2, LeaseRanOut);
        Deliver(_message, 3, Completed);

        Problems().Should().ContainSingle().Which.Should().Contain("should be dead");
    }

    [Fact]
    public void A_rejected_message_that_is_not_dead_is_found()
    {
        Enqueue(_message);
        Deliver(_message, 1, Rejected);

        Problems().Should().Contain(problem => problem.Contains("should be dead"));
    }

    [Fact]
    public void A_message_that_is_done_and_dead_or_dead_twice_is_found()
    {
        Enqueue(_message, max: 1);
        Deliver(_message, 1, Completed);
        Add(Dead, _message);
        Add(Dead, _message);

        Problems().Should().Contain(problem => problem.Contains("completed and dead"))
            .And.Contain(problem => problem.Contains("dead letters 2 times"));
    }

    [Fact]
    public void A_message_that_is_delivered_before_the_one_before_it_is_done_is_found()
    {
        var second = Guid.NewGuid();
        Enqueue(_message, key: "t/k", sequence: 1);
        Enqueue(second, key: "t/k", sequence: 2);
        Add(Received, _message, 1);
        Add(Received, second, 1);
        Add(Completed, _message, 1);
        Add(Completed, second, 1);

        Problems().Should().ContainSingle().Which.Should().Contain("after a later one was delivered");
    }

    [Fact]
    public void A_retry_that_lost_its_place_is_found()
    {
        var second = Guid.NewGuid();
        Enqueue(_message, key: "t/k", sequence: 1);
        Enqueue(second, key: "t/k", sequence: 2);
        Deliver(_message, 1, Failed);
        Deliver(second, 1, Completed);
        Deliver(_message, 2, Completed);

        Problems().Should().Contain(problem => problem.Contains("was delivered after a later one"));
    }

    [Fact]
    public void A_message_that_follows_a_dead_one_of_its_key_is_in_order()
    {
        var second = Guid.NewGuid();
        Enqueue(_message, key: "t/k", sequence: 1);
        Enqueue(second, key: "t/k", sequence: 2);
        Deliver(_message, 1, Rejected);
        Deliver(second, 1, Completed);
        Add(Dead, _message);

        Problems().Should().BeEmpty();
    }

    [Fact]
    public void An_event_is_read_as_it_was_written()
    {
        HistoryEvent[] events =
        [
            new() { Kind = Enqueued, Process = "a process/1", Began = 1, Ended = long.MaxValue, MessageId = _message, OrderingKey = "t/k ü\n", Sequence = 7, MaxDeliveries = 3 },
            new() { Kind = Received, Process = "-", Began = -1, Ended = 2, MessageId = _message, Token = long.MinValue },
            new() { Kind = Enqueuing, Process = "p", Began = 0, Ended = 0, MessageId = _message, OrderingKey = "-" },
            new() { Kind = ProcessKilled, Process = "p", Began = 0, Ended = 0 },
        ];

        foreach (var one in events)
        {
            one.Format().Should().NotContain("\n");
            HistoryEvent.Parse(one.Format()).Should().Be(one);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("1 2 p Received")]
    [InlineData("1 2 p Nonsense 00000000000000000000000000000000 0 - 0 0")]
    [InlineData("x 2 p Received 00000000000000000000000000000000 0 - 0 0")]
    public void A_line_that_was_cut_off_is_an_error(string line) =>
        FluentActions.Invoking(() => HistoryEvent.Parse(line)).Should().Throw<FormatException>();

    private IReadOnlyList<string> Problems() => HistoryChecker.Check(_events);

    private void Enqueue(Guid message, int max = 5, string? key = null, long sequence = 0) =>
        _events.Add(Event(Enqueued, message, 0) with { MaxDeliveries = max, OrderingKey = key, Sequence = sequence });

    private void Deliver(Guid message, long token, HistoryEventKind ending)
    {
        Add(Received, message, token);
        Add(ending, message, token);
    }

    private void Add(HistoryEventKind kind, Guid message, long token = 0, string process = "p") => _events.Add(Event(kind, message, token, process));

    private HistoryEvent Event(HistoryEventKind kind, Guid message, long token, string process = "p") =>
        new() { Kind = kind, Process = process, Began = ++_moment, Ended = ++_moment, MessageId = message, Token = token };
}
