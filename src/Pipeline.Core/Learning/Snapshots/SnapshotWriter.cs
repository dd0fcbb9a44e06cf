using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Learning;

/// <summary>Writes snapshots, byte for byte as docs/formats.md says.</summary>
internal static class SnapshotWriter
{
    public const uint Version = 1;

    private const int BufferSize = 1 << 16;

    /// <summary>No text file begins so; and a transfer that takes it for one shows at once.</summary>
    public static ReadOnlySpan<byte> Magic => [0x89, (byte)'P', (byte)'L', (byte)'L', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    public static void Write(Stream stream, IReadOnlyList<TenantContents> tenants, CancellationToken cancellationToken)
    {
        using var hash = SHA256.Create();
        using (var hashed = new CryptoStream(stream, hash, CryptoStreamMode.Write, leaveOpen: true))
        using (var buffered = new BufferedStream(hashed, BufferSize))
        using (var writer = new BinaryWriter(buffered, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(Magic);
            writer.Write(Version);
            writer.Write(tenants.Count);
            foreach (var tenant in tenants)
            {
                Write(writer, tenant, cancellationToken);
            }
        }

        stream.Write(hash.Hash);
    }

    private static void Write(BinaryWriter writer, TenantContents tenant, CancellationToken cancellationToken)
    {
        writer.Write(tenant.Tenant);
        writer.Write(tenant.Learnings.Count);
        foreach (var learning in tenant.Learnings)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Write(writer, learning.Record);
            Write(writer, learning.Reports);
        }

        writer.Write(tenant.Embeddings.Count);
        foreach (var embeddings in tenant.Embeddings)
        {
            writer.Write(embeddings.Model);
            writer.Write(embeddings.Dimension);
            writer.Write(embeddings.Vectors.Count);
            foreach (var (learning, vector) in embeddings.Vectors)
            {
                cancellationToken.ThrowIfCancellationRequested();
                writer.Write(learning);
                Write(writer, vector.Span);
            }
        }
    }

    private static void Write(BinaryWriter writer, LearningRecord record)
    {
        writer.Write(record.RunId);
        writer.Write(record.Collection);
        writer.Write(record.Step);
        WriteOptional(writer, record.Agent);
        writer.Write((byte)record.Severity);
        writer.Write(record.Finding);
        writer.Write((byte)record.Interventions.Count);
        foreach (var intervention in record.Interventions)
        {
            writer.Write(intervention);
        }

        writer.Write((byte)record.Attributes.Count);
        foreach (var (name, value) in record.Attributes.OrderBy(static attribute => attribute.Key, StringComparer.Ordinal))
        {
            writer.Write(name);
            writer.Write(value);
        }

        Write(writer, record.Created);
        writer.Write(record.ValidUntil is not null);
        if (record.ValidUntil is { } end)
        {
            Write(writer, end);
        }
    }

    private static void Write(BinaryWriter writer, IReadOnlyList<KeyValuePair<string, StoredReport>> reports)
    {
        writer.Write(reports.Count);
        foreach (var (followUpId, report) in reports)
        {
            writer.Write(followUpId);
            writer.Write((byte)report.Outcome);
            WriteOptional(writer, report.Notes);
            Write(writer, report.Reported);
        }
    }

    private static void Write(BinaryWriter writer, ReadOnlySpan<float> vector)
    {
        if (BitConverter.IsLittleEndian)
        {
            writer.Write(MemoryMarshal.AsBytes(vector));
            return;
        }

        foreach (var component in vector)
        {
            writer.Write(component);
        }
    }

    private static void WriteOptional(BinaryWriter writer, string? text)
    {
        writer.Write(text is not null);
        if (text is not null)
        {
            writer.Write(text);
        }
    }

    private static void Write(BinaryWriter writer, DateTimeOffset time) =>
        writer.Write((time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond);
}
