using Pipeline.Learning;
using Pipeline.Telemetry;
using Quickstart.Answering;
using Quickstart.Ingestion;

namespace Quickstart;

/// <summary>What a run did.</summary>
internal sealed record QuickstartResult
{
    /// <summary>Documents that this process has stored, redriven ones included.</summary>
    public required int Documents { get; init; }

    /// <summary>Documents that the queue has counted as completed since the run began, by whichever process.</summary>
    public long DocumentsOfAll { get; init; }

    /// <summary>How many processes took part in the run; <see langword="null"/> if it is not known.</summary>
    public int? Processes { get; init; }

    /// <summary>Chunks that are stored.</summary>
    public required int Chunks { get; init; }

    /// <summary>How often a document failed and was tried again.</summary>
    public required int Retries { get; init; }

    /// <summary>The dead letters at the end of the ingest, before any was redriven.</summary>
    public IReadOnlyList<DeadDocument> DeadLetters { get; init; } = [];

    /// <summary>The documents that were mended, redriven and are now stored.</summary>
    public IReadOnlyList<string> Redriven { get; init; } = [];

    /// <summary>How many questions had their second answer from the cache.</summary>
    public int AnswersFromCache { get; init; }

    /// <summary>How the tenants fared that asked at once.</summary>
    public IReadOnlyList<TenantOutcome> Tenants { get; init; } = [];

    /// <summary>What the model cost, tenant by tenant.</summary>
    public IReadOnlyList<TelemetryReportRow> Costs { get; init; } = [];

    /// <summary>How many learnings were recalled.</summary>
    public int LearningsRecalled { get; init; }

    /// <summary>What became of what was tried.</summary>
    public IReadOnlyList<OutcomeStatistics> Outcomes { get; init; } = [];

    /// <summary>Whether the run was stopped before its end.</summary>
    public bool IsInterrupted { get; init; }
}
