using Npgsql;
using Pipeline.Backends;

namespace Pipeline.Queues;

/// <summary>Receipts as the statements take them, column by column.</summary>
internal sealed class PostgresReceipts
{
    private readonly int[] _lanes;
    private readonly long[] _seqs;
    private readonly long[] _tokens;
    private readonly Guid[] _ids;

    private PostgresReceipts(int count)
    {
        _lanes = new int[count];
        _seqs = new long[count];
        _tokens = new long[count];
        _ids = new Guid[count];
    }

    /// <summary>Whether one of the messages has an ordering key.</summary>
    public bool IsKeyed { get; private set; }

    /// <summary>The tokens, as the server has them.</summary>
    public IReadOnlyList<long> Tokens => _tokens;

    public static PostgresReceipts Of<T>(IReadOnlyList<T> items, Func<T, QueueReceipt> receiptOf)
    {
        var receipts = new PostgresReceipts(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            var given = receiptOf(items[i]);
            var receipt = PostgresReceipt.Of(given);
            receipts._ids[i] = given.MessageId;
            receipts._lanes[i] = receipt.Lane;
            receipts._seqs[i] = receipt.Seq;
            receipts._tokens[i] = receipt.Token;
            receipts.IsKeyed |= receipt.IsKeyed;
        }

        return receipts;
    }

    public void Bind(NpgsqlParameterCollection parameters) => parameters.Ints(_lanes).Longs(_seqs).Longs(_tokens).Ids(_ids);
}
