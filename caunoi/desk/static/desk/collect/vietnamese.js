/* Vietnamese in web-forms 0.22. Look again when it is upgraded. */

/* 0.22 has no translations of its own words (its sources say "TODO"), so they are replaced where they stand: only
 * under these selectors, only when the text is exactly this, never in a form's own labels or anyone's answers. */
const VIETNAMESE = [
  [".footer .p-button-label", "Send", "Gửi"],
  [".form-error-text-wrap li", /^(\d+) questions? with errors?\.$/, "$1 câu hỏi chưa đúng. Xem các câu có chữ đỏ bên dưới."],
  [".form-error-text-wrap li", /^Location unavailable.*/, "Không lấy được vị trí. Bật GPS và cho phép trình duyệt dùng vị trí, rồi mở lại biểu mẫu."],
  [".validation-message, .validation-message *", "Condition not satisfied: required", "Câu này bắt buộc phải trả lời."],
  [".validation-message, .validation-message *", "Condition not satisfied: constraint", "Câu trả lời chưa hợp lệ."],
  [".button-add-instance > span", "Add", "Thêm"],
  [".p-menu-item-label, .p-menu-item-link span", "Remove", "Xóa mục này"],
  [".panel-title h2 span", "Repeat Item", "Mục"],
  [".take-picture-button span", "Take picture", "Chụp ảnh"],
  [".choose-image-button span", "Choose image", "Chọn ảnh"],
  [".rank-overlay span, .rank-control-container button span", "Rank items", "Xếp thứ tự"],
  [".value-option .label-text", "Okay", "Đồng ý"],
  [".question-container > p", "🚧 Support for non-image uploads is pending. 🚧", "Trình duyệt chưa gửi được loại tệp này. Hãy dùng ứng dụng ODK Collect trên điện thoại."],
  [".question-container span, .p-button span", "Get location", "Lấy vị trí"],
  [".question-container span, .p-button span", "Try again", "Thử lại"],
  [".question-container strong", "Cannot access location", "Không lấy được vị trí"],
  [".question-container span", "Grant location permission in the browser settings and make sure location is turned on.", "Cho phép trình duyệt dùng vị trí trong phần cài đặt và bật định vị."],
  [".p-dialog strong", "Finding your location", "Đang tìm vị trí"],
  [".p-dialog *", "Time taken to capture location:", "Thời gian tìm vị trí:"],
  [".p-dialog .p-button-label", "Cancel", "Hủy"],
  [".p-dialog .p-button-label", "Save location", "Lưu vị trí"],
  [".p-dialog-title", "An error occurred while loading this form", "Không mở được biểu mẫu"],
  [".p-dialog summary", "Technical error details", "Chi tiết kỹ thuật"],
  [".powered-by-wrapper .caption", "Powered by", "Dùng"],
];

export function translate() {
  for (const [selector, from, to] of VIETNAMESE) {
    for (const place of document.querySelectorAll(selector)) {
      for (const text of place.childNodes) {
        const now = text.nodeType === Node.TEXT_NODE && text.data.trim();
        if (now && (from instanceof RegExp ? from.test(now) : now === from)) text.data = text.data.replace(now, now.replace(from, to));
      }
    }
  }
}

/* The date picker of web-forms follows the locale of PrimeVue, which its plugin puts on the app. */
const DATES = {
  dateFormat: "dd/mm/yy", // "yy" is PrimeVue's word for four digits
  firstDayOfWeek: 1,
  dayNames: ["Chủ nhật", "Thứ hai", "Thứ ba", "Thứ tư", "Thứ năm", "Thứ sáu", "Thứ bảy"],
  dayNamesShort: ["CN", "T2", "T3", "T4", "T5", "T6", "T7"],
  dayNamesMin: ["CN", "T2", "T3", "T4", "T5", "T6", "T7"],
  monthNames: Array.from({ length: 12 }, (_, i) => `Tháng ${i + 1}`),
  monthNamesShort: Array.from({ length: 12 }, (_, i) => `Th${i + 1}`),
  today: "Hôm nay", clear: "Xóa", weekHeader: "Tuần",
  chooseYear: "Chọn năm", chooseMonth: "Chọn tháng", chooseDate: "Chọn ngày",
  prevMonth: "Tháng trước", nextMonth: "Tháng sau", prevYear: "Năm trước", nextYear: "Năm sau",
  prevDecade: "Mười năm trước", nextDecade: "Mười năm sau",
  emptyMessage: "Không có lựa chọn", emptyFilterMessage: "Không tìm thấy", emptySearchMessage: "Không tìm thấy",
  emptySelectionMessage: "Chưa chọn", searchMessage: "Có {0} kết quả", selectionMessage: "Đã chọn {0}",
  accept: "Có", reject: "Không", cancel: "Hủy", choose: "Chọn", upload: "Tải lên",
};

export function speakVietnamese(app) {
  const locale = app.config.globalProperties.$primevue?.config?.locale;
  if (locale) {
    Object.assign(locale, DATES);
    Object.assign(locale.aria, { close: "Đóng", previous: "Trước", next: "Sau", trueLabel: "Có", falseLabel: "Không", nullLabel: "Chưa chọn", listLabel: "Danh sách lựa chọn", selectAll: "Chọn hết", unselectAll: "Bỏ chọn hết" });
  }
}
