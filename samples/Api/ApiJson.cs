using System.Text.Json.Serialization;
using Api.Answering;
using Api.Documents;

namespace Api;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Question))]
[JsonSerializable(typeof(Answer))]
[JsonSerializable(typeof(Reply))]
[JsonSerializable(typeof(NewDocument))]
[JsonSerializable(typeof(Document))]
[JsonSerializable(typeof(DocumentStatus))]
[JsonSerializable(typeof(DocumentIndex))]
internal sealed partial class ApiJson : JsonSerializerContext;
