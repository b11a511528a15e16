using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Swarm.Execution.Processes;

/// <summary>Records of processes, each in its task's directory, for the owner only: they hold environments.</summary>
internal sealed class ProcessRecords(Func<TaskId, string> directoryOf, ILogger logger)
{
    private const string FileName = "process.json";
    private const int MaxBytes = 8 * 1024 * 1024;

    /// <summary>Replaces a task's record; a task without one runs, but is not taken over.</summary>
    internal void Save(TaskId task, ProcessRecord record)
    {
        var path = PathOf(task);
        try
        {
            var temporary = $"{path}.tmp";
            File.Delete(temporary);
            using (var stream = UnixFiles.Create(temporary))
            {
                stream.Write(JsonSerializer.SerializeToUtf8Bytes(record, ProcessRecordJson.Default.ProcessRecord));
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            ExecutorLog.RecordNotSaved(logger, path, exception.Message);
        }
    }

    /// <summary>The record of a task; null when there is none, or none that can be read.</summary>
    internal ProcessRecord? Load(TaskId task)
    {
        var path = PathOf(task);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists)
            {
                return null;
            }

            return file.Length <= MaxBytes
                ? JsonSerializer.Deserialize(File.ReadAllBytes(path), ProcessRecordJson.Default.ProcessRecord)
                : throw new JsonException($"it has {file.Length} bytes");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            ExecutorLog.RecordDamaged(logger, path, exception.Message);
            return null;
        }
    }

    private string PathOf(TaskId task) => Path.Combine(directoryOf(task), FileName);
}
