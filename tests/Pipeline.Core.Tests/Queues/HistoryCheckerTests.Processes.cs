using FluentAssertions;
using Pipeline.Conformance.Queues.History;
using Xunit;
using static Pipeline.Conformance.Queues.History.HistoryEventKind;

namespace Pipeline.Queues;

/// <summary>Processes that may be killed, and what they leave in files.</summary>
public partial class HistoryCheckerTests
{
    [Fact]
    public void A_message_that_a_killed_process_held_and_had_not_begun_to_complete_must_come_again()
    {
        var other = Guid.NewGuid();
        Enqueue(_message);
        Enqueue(other);
        Add(Received, _message, 1, "killed");
        Add(Received, other, 2, "killed");
        Add(Completing, other, 2, "killed");
        Add(ProcessKilled, Guid.Empty, 0, "killed");

        Problems().Should().ContainSingle().Which.Should().Contain("lost").And.Contain(_message.ToString("N"));
    }

    [Fact]
    public void A_message_whose_completion_was_announced_and_has_no_answer_may_be_done()
    {
        Enqueue(_message);
        Add(Received, _message, 1);
        Add(Completing, _message, 1);
        Add(Unknown, _message, 1);

        Problems().Should().BeEmpty();
    }

    [Theory]
    [InlineData(ReceiveUnknown)]
    [InlineData(ProcessKilled)]
    public void A_receive_that_nobody_saw_can_have_charged_a_message_with_one_crash(HistoryEventKind kind)
    {
        Enqueue(_message, max: 3);
        Deliver(_message, 1, Failed);
        Deliver(_message, 3, Failed);
        Add(Dead, _message);
        Problems().Should().ContainSingle().Which.Should().Contain("dead after 2 failures and crashes of 3");

        Add(kind, Guid.Empty, 0, "other");
        Problems().Should().BeEmpty();
    }

    [Fact]
    public void The_files_of_several_processes_are_one_history()
    {
        var folder = Directory.CreateTempSubdirectory("pipeline-history-");
        try
        {
            Enqueue(_message);
            Deliver(_message, 1, Completed);
            string[] paths = [Path.Combine(folder.FullName, "one"), Path.Combine(folder.FullName, "two")];
            using (var one = new HistoryFile(paths[0]))
            using (var two = new HistoryFile(paths[1]))
            {
                one.Append(_events[0]);
                two.Append(_events[1], _events[2]);
            }

            // The next process of that name, killed while it wrote.
            File.AppendAllText(paths[1], _events[2].Format()[..^3]);

            paths.SelectMany(HistoryFile.Read).Should().Equal(_events);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_file_that_is_empty_or_holds_half_a_line_has_no_events()
    {
        var path = Path.GetTempFileName();
        try
        {
            HistoryFile.Read(path).Should().BeEmpty();
            File.WriteAllText(path, "1 2 ");
            HistoryFile.Read(path).Should().BeEmpty();
        }
        finally
        {
            File.Delete(path);
        }
    }
}
