using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>The parameters of a completion with follow-ups.</summary>
internal sealed record CompletionCall(int Queue, PostgresReceipts Receipts, long[] Finished, FollowUpColumns FollowUps)
{
    public void Bind(NpgsqlParameterCollection parameters)
    {
        Receipts.Bind(parameters.Int(Queue));
        FollowUps.Bind(parameters.Bool(Receipts.IsKeyed).Longs(Finished));
    }
}
