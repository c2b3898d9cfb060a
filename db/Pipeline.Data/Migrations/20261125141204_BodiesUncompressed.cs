using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pipeline.Data.Migrations
{
    /// <inheritdoc />
    public partial class BodiesUncompressed : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterTable(
                name: "job_results")
                .Annotation("Npgsql:StorageParameter:toast_tuple_target", 8160);

            migrationBuilder.AlterTable(
                name: "job_bodies")
                .Annotation("Npgsql:StorageParameter:toast_tuple_target", 8160);

            // For rows to come; those that are there stay as they are.
            migrationBuilder.Sql("ALTER TABLE job_bodies ALTER COLUMN body SET STORAGE EXTERNAL");
            migrationBuilder.Sql("ALTER TABLE job_results ALTER COLUMN body SET STORAGE EXTERNAL");
            migrationBuilder.Sql("ALTER TABLE file_chunks ALTER COLUMN content SET STORAGE EXTERNAL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterTable(
                name: "job_results")
                .OldAnnotation("Npgsql:StorageParameter:toast_tuple_target", 8160);

            migrationBuilder.AlterTable(
                name: "job_bodies")
                .OldAnnotation("Npgsql:StorageParameter:toast_tuple_target", 8160);

            migrationBuilder.Sql("ALTER TABLE job_bodies ALTER COLUMN body SET STORAGE EXTENDED");
            migrationBuilder.Sql("ALTER TABLE job_results ALTER COLUMN body SET STORAGE EXTENDED");
            migrationBuilder.Sql("ALTER TABLE file_chunks ALTER COLUMN content SET STORAGE EXTENDED");
        }
    }
}
