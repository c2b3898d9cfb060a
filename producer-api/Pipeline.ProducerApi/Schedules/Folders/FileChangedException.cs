namespace Pipeline.ProducerApi.Schedules.Folders;

/// <summary>A file was changed while it was read: the run is undone and tried again, and will find the file too young.</summary>
internal sealed class FileChangedException(string name) : Exception($"'{name}' was changed while it was read.");
