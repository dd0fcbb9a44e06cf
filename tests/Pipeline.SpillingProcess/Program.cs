using System.Globalization;
using Pipeline.SpillingProcess;
using Pipeline.Telemetry;

// Emits accounting records with the spill on, one after the other and without an end, and prints the number of each that was taken.
// Arguments: the folder of the spill, the file into which the store writes (none: the store hangs), the number of threads.
var folder = args[0];
var file = args[1];
var threads = int.Parse(args[2], CultureInfo.InvariantCulture);

var options = new TelemetryOptions { BatchSize = 50, FlushInterval = TimeSpan.FromMilliseconds(1), Spill = new TelemetrySpillOptions { Directory = folder } };
var sink = new BufferedTelemetrySink(new FileTelemetryStore(file), options);
var output = Console.Out;
await Task.WhenAll(Enumerable.Range(0, threads).Select(thread => Task.Factory.StartNew(
    () =>
    {
        for (var number = 0; ; number++)
        {
            var record = new TelemetryRecord
            {
                Id = new Guid(number, (short)thread, 1, [1, 2, 3, 4, 5, 6, 7, 8]),
                Time = DateTimeOffset.UnixEpoch.AddSeconds(number),
                Step = "answer",
                Tenant = $"t{thread}",
                RequestId = number.ToString(CultureInfo.InvariantCulture),
                Cost = number * 0.000001m,
            };
            if (!sink.TryEmit(record))
            {
                throw new InvalidOperationException("A record was not taken.");
            }

            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{thread} {number}"));
        }
    },
    TaskCreationOptions.LongRunning)));
