using System.Text.Json.Serialization;

namespace Pipeline.Admin;

/// <summary>What became of a setting in which a document and the host differ.</summary>
internal enum SettingOutcome
{
    /// <summary>It was written into the file.</summary>
    [JsonStringEnumMemberName("written")]
    Written,

    /// <summary>The file had it already; the host has not read it yet, or another of its sources counts more.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,

    /// <summary>The document does not have it, and the host keeps it.</summary>
    [JsonStringEnumMemberName("kept")]
    Kept,
}
