using Pipeline.Queues;

var schema = new MessageSchema("greeting");
Console.WriteLine($"Outside the repository: {schema.Type}, version {schema.Version}, {schema.ContentType}");
