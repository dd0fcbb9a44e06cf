using System.Buffers;
using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Telemetry;

/// <summary>Writes records as rows of the table, version 1 of what <c>docs/formats.md</c> lays out. The order of the columns is that of <c>copy.sql</c>. Not thread safe.</summary>
internal sealed class TelemetryRowFormat
{
    /// <summary>The version of the rows that are written; rows of another one are not read.</summary>
    public const short Version = 1;

    private const int Columns = 24;

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _json = new();
    private TelemetryAttributes _inJson = TelemetryAttributes.Empty;

    /// <summary>Writes a row.</summary>
    /// <returns>The day of the id.</returns>
    public int Write(in TelemetryRecord record, CopyBuffer target)
    {
        Span<byte> bytes = stackalloc byte[TelemetryIds.Bytes];
        record.Id.TryWriteBytes(bytes, bigEndian: true, out _);
        var day = TelemetryIds.DayOf(bytes);

        target.BeginRow(Columns);
        target.Long(TelemetryTime.ToMicroseconds(record.Time));
        target.Long(record.Duration.Ticks);
        target.Long(record.Usage.UncachedInput);
        target.Long(record.Usage.CachedInput);
        target.Long(record.Usage.CacheWrite);
        target.Long(record.Usage.Output);
        target.Long(record.Usage.Reasoning);
        target.Uuid(bytes);
        target.Int(day);
        target.Short(Version);
        target.Short((int)record.Lane);
        target.Short((int)record.Outcome);
        target.Short((int)record.Cache);
        WriteTrace(record.TraceId, target);
        WriteId(record.CorrectionOf, target);
        WriteAmount(record.Cost, target);
        target.Numeric(record.CostAvoided);
        target.Text(record.Step);
        target.Text(record.Tenant);
        target.Text(record.Model);
        target.Text(record.RequestId);
        target.Text(record.PriceTableVersion);
        target.Text(record.ErrorType);
        WriteAttributes(record.Attributes, target);
        return day;
    }

    private static void WriteTrace(ActivityTraceId trace, CopyBuffer target)
    {
        if (trace == default)
        {
            target.NoValue();
            return;
        }

        Span<byte> bytes = stackalloc byte[TelemetryIds.Bytes];
        trace.CopyTo(bytes);
        target.Uuid(bytes);
    }

    private static void WriteId(Guid? id, CopyBuffer target)
    {
        if (id is not { } known)
        {
            target.NoValue();
            return;
        }

        Span<byte> bytes = stackalloc byte[TelemetryIds.Bytes];
        known.TryWriteBytes(bytes, bigEndian: true, out _);
        target.Uuid(bytes);
    }

    private static void WriteAmount(decimal? amount, CopyBuffer target)
    {
        if (amount is { } known)
        {
            target.Numeric(known);
        }
        else
        {
            target.NoValue();
        }
    }

    private void WriteAttributes(TelemetryAttributes attributes, CopyBuffer target)
    {
        if (attributes.Count == 0)
        {
            target.NoValue();
            return;
        }

        // Records share their attributes, most often.
        if (!ReferenceEquals(attributes, _inJson))
        {
            _inJson = TelemetryAttributes.Empty;
            _json.ResetWrittenCount();
            using var writer = new Utf8JsonWriter(_json, Plain);
            writer.WriteStartObject();
            foreach (var (name, value) in attributes)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
            writer.Flush();
            _inJson = attributes;
        }

        target.Json(_json.WrittenSpan);
    }
}
