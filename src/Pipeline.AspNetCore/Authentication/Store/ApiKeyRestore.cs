using System.Text.Json.Serialization;

namespace Pipeline.Authentication;

/// <summary>What became of a key that was to be restored.</summary>
internal enum ApiKeyRestore
{
    /// <summary>It was not there.</summary>
    [JsonStringEnumMemberName("created")]
    Created,

    /// <summary>There was another of its name, which it has replaced.</summary>
    [JsonStringEnumMemberName("replaced")]
    Replaced,

    /// <summary>It was there already.</summary>
    [JsonStringEnumMemberName("unchanged")]
    Unchanged,

    /// <summary>What is there contradicts it, and stays as it is.</summary>
    [JsonStringEnumMemberName("conflict")]
    Conflict,
}
