using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Vectors;

namespace Pipeline.Learning;

/// <summary>Reads what <see cref="SnapshotWriter"/> wrote, and nothing else.</summary>
internal static class SnapshotReader
{
    private const int HeaderLength = 12;

    /// <param name="stream">The snapshot, from its beginning, seekable.</param>
    /// <exception cref="InvalidDataException">It is not one, not whole, or of another version. The message says what is wrong with it.</exception>
    public static IReadOnlyList<TenantContents> Read(Stream stream)
    {
        CheckHeader(stream);
        CheckHash(stream);
        stream.Position = HeaderLength;
        try
        {
            using var reader = new BinaryReader(stream, Encoding.UTF8, leaveOpen: true);
            var tenants = ReadMany(reader.ReadInt32(), () => ReadTenant(reader));
            RefuseTwins(tenants.Select(static tenant => tenant.Tenant));
            return stream.Position == stream.Length - SHA256.HashSizeInBytes
                ? tenants
                : throw new InvalidDataException("holds more than it says");
        }
        catch (Exception e) when (e is ArgumentException or EndOfStreamException or FormatException or OverflowException)
        {
            throw new InvalidDataException("holds what cannot be a learning", e);
        }
    }

    // Before the hash, since the file of another version may end in another one.
    private static void CheckHeader(Stream stream)
    {
        Span<byte> header = stackalloc byte[HeaderLength];
        if (stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false) < HeaderLength || !header.StartsWith(SnapshotWriter.Magic))
        {
            throw new InvalidDataException("is no snapshot of learnings, or its beginning is damaged");
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(header[SnapshotWriter.Magic.Length..]);
        if (version != SnapshotWriter.Version)
        {
            throw new InvalidDataException($"has version {version}, and this release reads version {SnapshotWriter.Version}");
        }
    }

    // Before anything of it is believed: what is damaged could ask for any amount of memory.
    private static void CheckHash(Stream stream)
    {
        var length = stream.Length - SHA256.HashSizeInBytes;
        if (length < HeaderLength)
        {
            throw new InvalidDataException("is cut off");
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        stream.Position = 0;
        for (var left = length; left > 0;)
        {
            var part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            stream.ReadExactly(part);
            hash.AppendData(part);
            left -= part.Length;
        }

        Span<byte> stored = stackalloc byte[SHA256.HashSizeInBytes];
        stream.ReadExactly(stored);
        if (!stored.SequenceEqual(hash.GetHashAndReset()))
        {
            throw new InvalidDataException("is damaged or cut off: its checksum does not match");
        }
    }

    private static TenantContents ReadTenant(BinaryReader reader)
    {
        var tenant = reader.ReadString();
        var learnings = ReadMany(reader.ReadInt32(), () => ReadLearning(reader, tenant));
        var embeddings = ReadMany(reader.ReadInt32(), () => ReadEmbeddings(reader, learnings.Count));
        RefuseTwins(learnings.Select(static learning => learning.Id));
        RefuseTwins(embeddings.Select(static table => (table.Model, table.Dimension)));
        return new TenantContents(tenant, learnings, embeddings);
    }

    private static LearningContents ReadLearning(BinaryReader reader, string tenant)
    {
        var record = ReadRecord(reader, tenant);
        var id = LearningId.Of(record);
        var reports = ReadMany(reader.ReadInt32(), () => ReadReport(reader, tenant, id));
        RefuseTwins(reports.Select(static report => report.Key));
        return new LearningContents(id, record, reports);
    }

    private static LearningRecord ReadRecord(BinaryReader reader, string tenant) => new()
    {
        Tenant = tenant,
        RunId = reader.ReadString(),
        Collection = reader.ReadString(),
        Step = reader.ReadString(),
        Agent = ReadOptional(reader),
        Severity = (LearningSeverity)reader.ReadByte(),
        Finding = reader.ReadString(),
        Interventions = ReadMany(reader.ReadByte(), reader.ReadString),
        Attributes = new Dictionary<string, string>(
            ReadMany(reader.ReadByte(), () => KeyValuePair.Create(reader.ReadString(), reader.ReadString())), StringComparer.Ordinal),
        Created = ReadTime(reader),
        ValidUntil = reader.ReadBoolean() ? ReadTime(reader) : null,
    };

    private static KeyValuePair<string, StoredReport> ReadReport(BinaryReader reader, string tenant, LearningId id)
    {
        // Checked as if it came from a caller.
        var report = new OutcomeReport
        {
            Tenant = tenant,
            LearningId = id,
            FollowUpId = reader.ReadString(),
            Outcome = (LearningOutcome)reader.ReadByte(),
            Notes = ReadOptional(reader),
        };
        return KeyValuePair.Create(report.FollowUpId, new StoredReport(report.Outcome, report.Notes, ReadTime(reader)));
    }

    private static EmbeddingContents ReadEmbeddings(BinaryReader reader, int learnings)
    {
        var (model, dimension) = (reader.ReadString(), reader.ReadInt32());
        var vectors = ReadMany(reader.ReadInt32(), () => ReadEmbedding(reader, model, dimension, learnings));
        RefuseTwins(vectors.Select(static vector => vector.Learning));
        return new EmbeddingContents(model, dimension, vectors);
    }

    private static (int Learning, ReadOnlyMemory<float> Vector) ReadEmbedding(BinaryReader reader, string model, int dimension, int learnings)
    {
        var learning = reader.ReadInt32();
        if (learning < 0 || learning >= learnings)
        {
            throw new FormatException("An embedding belongs to no learning.");
        }

        return (learning, new LearningEmbedding(model, ReadVector(reader, dimension)).Vector);
    }

    private static float[] ReadVector(BinaryReader reader, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(dimension);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimension, VectorCollectionDefinition.MaxDimension);
        var vector = new float[dimension];
        if (BitConverter.IsLittleEndian)
        {
            reader.ReadExactly(MemoryMarshal.AsBytes(vector.AsSpan()));
            return vector;
        }

        for (var i = 0; i < dimension; i++)
        {
            vector[i] = reader.ReadSingle();
        }

        return vector;
    }

    private static string? ReadOptional(BinaryReader reader) => reader.ReadBoolean() ? reader.ReadString() : null;

    private static DateTimeOffset ReadTime(BinaryReader reader) =>
        DateTimeOffset.UnixEpoch.AddTicks(checked(reader.ReadInt64() * TimeSpan.TicksPerMicrosecond));

    private static void RefuseTwins<T>(IEnumerable<T> all)
    {
        var seen = new HashSet<T>();
        if (!all.All(seen.Add))
        {
            throw new FormatException("Something occurs twice.");
        }
    }

    private static List<T> ReadMany<T>(int count, Func<T> read)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var all = new List<T>();
        for (var i = 0; i < count; i++)
        {
            all.Add(read());
        }

        return all;
    }
}
