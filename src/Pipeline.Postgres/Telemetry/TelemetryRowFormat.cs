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
    /// <param name="record">The record.</param>
    /// <param name="day">The day of its id.</param>
    /// <param name="target">Takes the row.</param>
    public void Write(in TelemetryRecord record, int day, CopyBuffer target)
    {
        target.BeginRow(Columns);
        target.Long(TelemetryTime.ToMicroseconds(record.Time));
        target.Uuid(record.Id);
        target.Long(record.Duration.Ticks);
        target.Int(day);
        target.Short(Version);
        WriteCount(record.Usage.UncachedInput, target);
        WriteCount(record.Usage.CachedInput, target);
        WriteCount(record.Usage.CacheWrite, target);
        WriteCount(record.Usage.Output, target);
        WriteCount(record.Usage.Reasoning, target);
        WriteNumber((int)record.Lane, target);
        WriteNumber((int)record.Outcome, target);
        WriteNumber((int)record.Cache, target);
        WriteTrace(record.TraceId, target);
        WriteId(record.CorrectionOf, target);
        WriteAmount(record.Cost, target);
        WriteAmount(record.CostAvoided == 0 ? null : record.CostAvoided, target);
        target.Text(record.Step);
        target.Text(record.Tenant);
        target.Text(record.Model);
        target.Text(record.RequestId);
        target.Text(record.PriceTableVersion);
        target.Text(record.ErrorType);
        WriteAttributes(record.Attributes, target);
    }

    // Zero, which is what most of them are, is null: the server is spared the value, and the row its eight bytes.
    private static void WriteCount(long count, CopyBuffer target)
    {
        if (count != 0)
        {
            target.Long(count);
        }
        else
        {
            target.NoValue();
        }
    }

    private static void WriteNumber(int number, CopyBuffer target)
    {
        if (number != 0)
        {
            target.Short(number);
        }
        else
        {
            target.NoValue();
        }
    }

    private static void WriteTrace(ActivityTraceId trace, CopyBuffer target)
    {
        if (trace == default)
        {
            target.NoValue();
            return;
        }

        // It is its text, which its own CopyTo reads digit by digit.
        Span<byte> bytes = stackalloc byte[TelemetryIds.Bytes];
        Convert.FromHexString(trace.ToHexString(), bytes, out _, out _);
        target.Uuid(bytes);
    }

    private static void WriteId(Guid? id, CopyBuffer target)
    {
        if (id is { } known)
        {
            target.Uuid(known);
        }
        else
        {
            target.NoValue();
        }
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
