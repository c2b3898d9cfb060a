using Pipeline.Data.Entities;
using Pipeline.ProducerApi.Schedules.Folders;

namespace Pipeline.ProducerApi.Schedules.Running;

/// <summary>The kinds of input that a schedule may have.</summary>
internal sealed class RunInputs(TemplateFile template, FolderInput folder)
{
    public IRunInput Of(Schedule schedule) => schedule.Documents is null ? template : folder;
}
