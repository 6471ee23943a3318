"""pyxform's sentences about a wrong XLSForm, and ours for each: those of 4.5 (`pyxform.errors.ErrorCode`, and the texts
it raises elsewhere). Read by `mistakes.py`."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Known:
    """A sentence of pyxform's. Groups of the pattern fill the sentence; `name` is a question's, `word` stands in a cell
    of `column`: either finds the row where pyxform does not say it. Blank sheet and column: as pyxform says."""

    pattern: str
    sentence: str | Promise
    sheet: str = ""
    column: str = ""


SURVEY, CHOICES, SETTINGS, ENTITIES, FILE = "survey", "choices", "settings", "entities", ""

KNOWN = (
    # --- the file and its sheets
    Known(r"sheet named 'survey'", _("Tệp không có trang tên “survey”. Hãy thêm trang này hoặc sửa tên trang."), FILE),
    Known(
        r"Error reading \.|not recognized as a supported type|BadZipFile|not a zip file|does not appear to be a valid",
        _("Không đọc được tệp: tệp hỏng, bị cắt cụt hoặc không phải là XLSForm. Hãy lưu lại dạng .xlsx."),
        FILE,
    ),
    Known(
        r"Duplicate column header: (?P<what>.+)",
        _("Có hai cột cùng tên “%(what)s”. Hãy bỏ hoặc đổi tên một cột."),
        SURVEY,
    ),
    Known(
        r"sheet: '(?P<sheet>\w+)'\. Headers that are different names .* found: '(?P<one>[^']*)', '(?P<two>[^']*)'",
        _("Hai cột “%(one)s” và “%(two)s” nói cùng một việc. Hãy bỏ hoặc đổi tên một cột."),
    ),
    Known(
        r"sheet: '(?P<sheet>\w+)'\. One or more required column headers were not found: (?P<what>.+?)\.\s",
        _("Trang này thiếu cột bắt buộc: %(what)s. Hãy thêm cột vào dòng đầu."),
    ),
    Known(
        r"Invalid headers provided for sheet: '(?P<sheet>\w+)'",
        _("Dòng đầu của trang này không phải là tên cột. Hãy ghi tên cột ở dòng 1."),
    ),
    Known(
        r"Column headers must not be empty",
        _("Tên cột không được trống hoặc có dấu cách. Hãy sửa dòng đầu của trang này."),
    ),
    Known(
        r"one or more column names are invalid\. The following column\(s\) .*: (?P<what>.+?)\. Please",
        _("Không có cột %(what)s. Hãy kiểm tra chính tả hoặc bỏ cột này."),
        ENTITIES,
    ),
    Known(
        r"invalid date on the (?P<sheet>\w+) sheet, under the (?P<column>.+) column on row number (?P<row>\d+)",
        _("Ngày trong ô này không đọc được. Hãy ghi ngày dưới dạng chữ, ví dụ 2026-01-31."),
    ),
    # --- names
    Known(
        r"names may contain letters, digits",
        _("Tên phải bắt đầu bằng chữ cái; chỉ gồm chữ không dấu, chữ số, dấu gạch dưới."),
    ),
    Known(r"with no name", _("Câu hỏi hoặc nhóm chưa có tên ở cột “name”. Hãy đặt tên."), SURVEY, "name"),
    Known(r"Question with no type", _("Dòng này chưa có loại câu hỏi ở cột “type”. Hãy chọn loại."), SURVEY, "type"),
    Known(
        r"must be unique within their nearest parent|The name '(?P<name>[^']+)' was found \d+ time",
        _("Tên này đã dùng trong cùng nhóm. Hãy đặt tên khác."),
        SURVEY,
        "name",
    ),
    Known(
        r"Repeat names must (?:be )?unique|same as the survey root",
        _("Tên phần lặp phải khác mọi tên nhóm và phần lặp khác. Hãy đặt tên khác."),
        SURVEY,
        "name",
    ),
    Known(
        r"The name 'meta' is reserved",
        _("Tên “meta” dành riêng cho biểu mẫu. Hãy đặt tên khác."),
        SURVEY,
        "name",
    ),
    Known(r"Audits must always be named", _("Dòng audit phải để trống cột “name”."), SURVEY, "name"),
    Known(
        r"must not begin with two underscores|must not contain a period|must not be 'name' or 'label'",
        _("Tên dùng cho sổ không được bắt đầu bằng hai gạch dưới, có dấu chấm, hay là name, label. Hãy đổi tên."),
    ),
    # --- question types
    Known(
        r"Unknown question type '(?P<word>.*)'\.$",
        _("Không có loại câu hỏi này. Hãy xem danh sách loại câu hỏi trong docs/xlsform-support.md."),
        SURVEY,
        "type",
    ),
    Known(
        r"Unmatched 'begin_(?P<what>\w+)'.*|No matching 'end",
        _("Nhóm hoặc phần lặp được mở mà không đóng. Hãy thêm dòng “end group” hoặc “end repeat”."),
        SURVEY,
        "type",
    ),
    Known(
        r"Unmatched 'end_(?P<what>\w+)'.*|No matching 'begin",
        _("Dòng “end” không có dòng “begin” tương ứng. Hãy bỏ dòng này hoặc thêm dòng “begin”."),
        SURVEY,
        "type",
    ),
    Known(
        r"Missing calculation",
        _("Dòng calculate chưa có công thức. Hãy ghi công thức ở cột “calculation”."),
        SURVEY,
        "calculation",
    ),
    Known(r"(?:named|name) '(?P<name>[^']+)' has no label", _("Câu hỏi chưa có nhãn. Hãy ghi nhãn."), SURVEY, "label"),
    Known(
        r"To use big-image.*named (?P<name>\S+?)\.?$",
        _("Cột big-image cần có hình ở cột “media::image”. Hãy ghi tên hình."),
        SURVEY,
        "media::big-image",
    ),
    Known(
        r"Media type: (?P<what>.+) not supported",
        _("Không có loại tư liệu “%(what)s”. Dùng image, big-image, audio hoặc video."),
        SURVEY,
        "media",
    ),
    # --- choices
    Known(
        r"There should be a choices sheet|mandatory columns 'list_name'|should be choices for this question",
        _("Có câu hỏi lựa chọn nhưng tệp thiếu trang “choices” (cột list_name, name, label). Hãy thêm trang này."),
        CHOICES,
    ),
    Known(
        r"external_choices sheet has columns|should be an external_choices sheet",
        _("Câu này lấy lựa chọn ở trang “external_choices”, nhưng tệp không có trang đó. Hãy thêm trang này."),
        SURVEY,
        "type",
    ),
    Known(
        r"List name not in (?:external )?(?:choices|columns) sheet: (?P<list>.+)",
        _("Không có danh sách lựa chọn “%(list)s” ở trang choices. Hãy sửa tên hoặc thêm danh sách."),
        SURVEY,
        "type",
    ),
    Known(r"Repeat loop without list name", _("Dòng loop thiếu tên danh sách lựa chọn."), SURVEY, "type"),
    Known(
        r"Choice names with spaces .* See \[(?P<word>.*)\] in \[(?P<list>.*)\]",
        _("Mã lựa chọn “%(word)s” của danh sách “%(list)s” có dấu cách; câu chọn nhiều không dùng được mã như vậy."),
        CHOICES,
        "name",
    ),
    Known(r"Choices must have a name", _("Lựa chọn chưa có mã ở cột “name”. Hãy đặt mã."), CHOICES, "name"),
    Known(
        r"Choice names must be unique",
        _("Mã lựa chọn lặp lại trong cùng danh sách. Hãy đặt mã khác, hoặc ghi allow_choice_duplicates = yes."),
        CHOICES,
        "name",
    ),
    Known(
        r"Choice filter not supported with or_other",
        _("Câu có or_other không lọc lựa chọn được. Hãy bỏ choice_filter, hoặc thêm lựa chọn “khác” vào danh sách."),
        SURVEY,
        "choice_filter",
    ),
    Known(r"specify choices for this 'or other'", _("Câu có or_other cần danh sách lựa chọn."), SURVEY, "type"),
    Known(
        r"Choice filter not supported for table-list",
        _("Bảng lựa chọn (table-list) không lọc được. Hãy bỏ choice_filter hoặc đổi appearance của nhóm."),
        SURVEY,
        "choice_filter",
    ),
    Known(
        r"Badly formatted table list",
        _("Mọi câu của một bảng lựa chọn (table-list) phải dùng cùng một danh sách."),
        SURVEY,
        "type",
    ),
    Known(
        r"should end with one of the supported file extensions",
        _("Tệp lựa chọn phải có đuôi .csv, .geojson hoặc .xml. Hãy sửa tên tệp."),
        SURVEY,
        "type",
    ),
    Known(
        r"Question '(?P<name>[^']+)' (?:is a select from file type, using|uses) 'search\(\)'",
        _("Câu này dùng search() cùng một cách lấy lựa chọn khác. Hãy chỉ giữ một cách."),
        SURVEY,
        "appearance",
    ),
    Known(
        r"same instance id will be generated .* Instance name: '(?P<what>[^']+)'",
        _("Hai tệp hoặc danh sách cùng tên “%(what)s” mà khác nguồn. Hãy đổi tên một tệp."),
        SURVEY,
        "type",
    ),
    Known(r"^'label'$", _("Mọi lựa chọn mà dòng loop dùng phải có nhãn. Hãy ghi nhãn."), CHOICES, "label"),
    # --- references
    Known(
        r"Could not find the name '(?P<what>[^']+)'|There has been a problem .*\$\{(?P<also>[^}]+)\}",
        _("Không có câu hỏi nào tên như tham chiếu ${…} trong ô này. Hãy sửa tên."),
    ),
    Known(
        r"The name '(?P<what>[^']+)' appears more than once|multiple survey elements named '(?P<also>[^']+)'",
        _("Tên “%(what)s” dùng cho nhiều câu nên không rõ tham chiếu câu nào. Hãy đặt tên khác nhau."),
    ),
    Known(
        r"must start with '\$\{', then a question name",
        _("Tham chiếu phải viết dạng ${ten_cau_hoi}. Hãy sửa ô này."),
    ),
    Known(r"must have a comma between each variable", _("Các tham chiếu phải cách nhau bằng dấu phẩy.")),
    Known(
        r"question \$\{[^}]*\} is not user-visible .* question \$\{(?P<name>[^}]+)\}",
        _("Cột trigger chỉ dùng được câu hỏi hiện trên màn hình. Hãy chọn câu khác."),
        SURVEY,
        "trigger",
    ),
    Known(
        r"'background-geopoint' questions, the 'trigger' column must",
        _("Câu background-geopoint cần cột trigger: câu hỏi mà khi trả lời thì máy ghi vị trí. Hãy ghi ${câu hỏi}."),
        SURVEY,
        "trigger",
    ),
    Known(
        r"'background-geopoint' questions, the 'calculation' column must",
        _("Câu background-geopoint không có công thức. Hãy để trống cột calculation."),
        SURVEY,
        "calculation",
    ),
    Known(
        r"Invalid value for `self.bind\[\"type\"\]`",
        _("Cột bind::type không dùng được cho loại câu hỏi này. Hãy bỏ giá trị ở cột đó."),
        SURVEY,
        "bind::type",
    ),
    # --- parameters
    Known(
        r"Parameters must be in the form of",
        _("Cột parameters viết dạng tên=giá_trị, cách nhau bằng dấu cách."),
        SURVEY,
        "parameters",
    ),
    Known(
        r"accepted parameter keys for this question type are '(?P<keys>.+?)'\. .*key\(s\): '(?P<what>.+?)'",
        _("Loại câu hỏi này không có tham số “%(what)s”; chỉ có: %(keys)s."),
        SURVEY,
        "parameters",
    ),
    Known(
        r"'range' question type, the parameter '(?P<what>\w+)' must be a number",
        _("Tham số “%(what)s” của câu range phải là số."),
        SURVEY,
        "parameters",
    ),
    Known(
        r"'range' question type, the parameter '(?P<what>\w+)' must not be '0'",
        _("Tham số “%(what)s” của câu range phải khác 0."),
        SURVEY,
        "parameters",
    ),
    Known(
        r"'range' question type, the parameter '(?P<what>\w+)' must",
        _("Tham số “%(what)s” của câu range không hợp với start, end và step. Hãy xem lại các số."),
        SURVEY,
        "parameters",
    ),
    Known(
        r"choice values must all be numbers|tick_labelset|'tick_interval', 'placeholder'",
        _("Các tham số vạch và nhãn của câu range không hợp với start, end, step hoặc appearance. Hãy xem lại."),
        SURVEY,
        "parameters",
    ),
    Known(
        r"the 'incremental' parameter may",
        _("Tham số incremental chỉ có giá trị true; không dùng thì bỏ đi."),
        SURVEY,
        "parameters",
    ),
    Known(
        r"'reference-geometry' parameter must",
        _("Tham số reference-geometry phải là tên danh sách, tên tệp hoặc ${phần lặp}."),
        SURVEY,
        "parameters",
    ),
    Known(
        r"'(?P<what>capture-accuracy|warning-accuracy)' parameter must have a numeric",
        _("Tham số “%(what)s” phải là số."),
        SURVEY,
        "parameters",
    ),
    Known(
        r"(?P<what>allow-mock-accuracy|track-changes|identify-user|randomize)\W.*(?:must be|must be set to) .*true",
        _("Tham số “%(what)s” phải là true hoặc false."),
        SURVEY,
        "parameters",
    ),
    Known(
        r"Parameters? (?P<what>[\w-]+) must have an integer value|^(?P<also>rows|max-pixels) must",
        _("Tham số “%(what)s” phải là số nguyên."),
        SURVEY,
        "parameters",
    ),
    Known(
        r"(?P<what>seed) value must be a number",
        _("Tham số seed phải là số hoặc ${câu hỏi}."),
        SURVEY,
        "parameters",
    ),
    Known(
        r"must include randomize=true to use a (?P<what>seed)",
        _("Tham số seed chỉ dùng cùng randomize=true."),
        SURVEY,
        "parameters",
    ),
    Known(
        r"Invalid value for (?P<what>quality)",
        _("Tham số quality phải là một trong normal, low, voice-only, external."),
        SURVEY,
        "parameters",
    ),
    Known(
        r"(?P<what>track-changes-reasons) must be|(?P<also>location-(?:priority|min-interval|max-age))",
        _("Tham số của dòng audit chưa đúng; vị trí cần location-priority, location-min-interval, location-max-age."),
        SURVEY,
        "parameters",
    ),
    # --- registers
    Known(
        r"save_to column, add an entities sheet",
        _("Cột save_to cần có trang “entities”. Hãy thêm trang này hoặc bỏ giá trị."),
        SURVEY,
        "save_to",
    ),
    Known(
        r"save_to property '(?P<what>[^']+)' is already assigned by row '(?P<other>\d+)'",
        _("Thuộc tính “%(what)s” đã lấy từ dòng %(other)s. Hãy bỏ hoặc đổi tên một trong hai."),
        SURVEY,
        "save_to",
    ),
    Known(
        r"Groups and repeats can't be saved",
        _("Nhóm và phần lặp không lưu vào sổ được. Hãy chuyển save_to sang một câu hỏi."),
        SURVEY,
        "save_to",
    ),
    Known(
        r"entity list name '(?P<what>[^']+)' was not found",
        _("Trang entities không có sổ “%(what)s”. Hãy sửa tên hoặc thêm sổ."),
        SURVEY,
        "save_to",
    ),
    Known(
        r"entity list name '(?P<what>[^']+)' does not have a label",
        _("Sổ “%(what)s” tạo đối tượng mới nên cần nhãn ở cột “label”."),
        ENTITIES,
        "label",
    ),
    Known(
        r"entity list name '(?P<what>[^']+)' does not have an 'update_if'",
        _("Sổ “%(what)s” vừa tạo vừa cập nhật nên cần cột “update_if”."),
        ENTITIES,
        "update_if",
    ),
    Known(
        r"entity list name '(?P<what>[^']+)' does not have an 'entity_id'",
        _("Sổ “%(what)s” cập nhật đối tượng nên cần cột “entity_id”."),
        ENTITIES,
        "entity_id",
    ),
    Known(
        r"'save_to' names must be prefixed|must have at most one '#'",
        _("Khi có nhiều sổ, save_to viết dạng tên_sổ#thuộc_tính, với một dấu #."),
        SURVEY,
        "save_to",
    ),
    Known(
        r"Each container .* may have only one entity|reference in container scope",
        _("Một nhóm hoặc phần lặp chỉ lưu vào một sổ, và sổ chỉ lấy câu hỏi ở cùng phần lặp. Hãy xem lại save_to."),
    ),
    Known(
        r"'list_name' column must not have any duplicate",
        _("Một sổ chỉ khai báo một lần ở trang entities."),
        ENTITIES,
        "list_name",
    ),
    Known(r"Entity lists must have a name", _("Sổ chưa có tên ở cột “list_name”."), ENTITIES, "list_name"),
    # --- settings
    Known(
        r"Cannot omit instanceID|required for encryption",
        _("Biểu mẫu mã hóa không dùng được ở đây. Hãy bỏ cột public_key."),
        SETTINGS,
        "public_key",
    ),
    Known(r"empty id_string", _("Trang settings thiếu giá trị của cột này."), SETTINGS, "form_id"),
    Known(
        r"not well-formed|mismatched tag|unclosed token|StartTag|Opening and ending tag",
        _("Một nhãn hoặc gợi ý có dấu < hoặc & viết không đúng. Hãy viết &lt; và &amp;."),
        SURVEY,
        "label",
    ),
)
UNKNOWN = _("Biểu mẫu không đúng quy cách XLSForm. Bộ đọc biểu mẫu nói: %(detail)s")
STUMBLED = _(
    "Bộ đọc biểu mẫu không hiểu chỗ này (%(detail)s). Hãy so từng ô với docs/xlsform-support.md, hoặc bỏ bớt ô rồi thử."
)
