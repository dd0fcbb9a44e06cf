using System.Security.Cryptography;
using System.Text;

namespace Quickstart.Documents;

/// <summary>Makes a key of a path, which can be longer than a key may be.</summary>
internal static class PathKey
{
    public static string Of(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)));
}
